// deploy/compose as a project of its own, on ports of the kernel's choice.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, tryRun } from './command.mjs';
import { have, withBinaries } from './images.mjs';

export const folder = fileURLToPath(new URL('../../../deploy', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));
const compose = (process.env.BENARI_COMPOSE ?? 'docker compose').split(' ');
const build_timeout_ms = 1_800_000;

export class Stack {
  leftOut = [];
  #files;
  #override = { services: {} };

  constructor(engine) {
    this.engine = engine;
    this.name = `benari-test-${process.pid}`;
    this.files = mkdtempSync(path.join(tmpdir(), 'benari-stack-'));
    this.environment = {
      ...engine.environment,
      BENARI_VERSION: 'test',
      BENARI_REVISION: '0123abcd',
      BENARI_CONTROL_PORT: '0',
      BENARI_CONTROL_WEST_PORT: '0',
      BENARI_PROMETHEUS_PORT: '0',
      BENARI_GRAFANA_PORT: '0',
    };
    this.#files = ['compose.yaml'];
  }

  // The images, with the binaries of this machine's build. Prometheus is built from Debian's package, and Grafana left
  // out, where their images cannot be had.
  async build() {
    const { services } = await this.config();
    if (!(await have(this.engine, services.grafana.image))) this.leftOut.push('grafana');
    if (!(await have(this.engine, services.prometheus.image))) {
      this.environment.BENARI_PROMETHEUS_IMAGE = 'benari-test-prometheus';
      this.#override.services.prometheus = { build: { context: here, dockerfile: 'prometheus.Dockerfile' } };
    }
    const context = await withBinaries(path.join(folder, 'Dockerfile'), path.join(this.files, 'context'));
    for (const name of ['control', 'media']) this.#override.services[name] = { build: context };
    this.#buildOnTheHostsNetwork(services);
    this.#writeOverride();
    await this.compose(['--profile', 'phone', '--profile', 'bot', 'build', '--quiet'], { timeout_ms: build_timeout_ms });
  }

  // The images of both services as deploy/Dockerfile builds them. What the machine's own build has compiled need not
  // be compiled again: the first time its compiler cache is copied into that of the image's build.
  async buildFromSource() {
    const { services } = await this.config();
    this.#buildOnTheHostsNetwork(services);
    const compiled = process.env.CCACHE_DIR ?? path.join(homedir(), '.cache/ccache');
    const seed = 'benari-test-seed';
    const seeding = existsSync(compiled) && !(await this.engine.hasImage(seed));
    if (seeding) {
      const build = { context: compiled, dockerfile: path.join(here, 'seed.Dockerfile'), network: 'none' };
      this.#override.services.seed = { image: seed, profiles: ['seed'], build };
    }
    this.#writeOverride();
    const built = seeding ? ['seed', 'control', 'media'] : ['control', 'media'];
    for (const each of built) await this.compose(['build', '--quiet', each], { timeout_ms: build_timeout_ms });
  }

  // An engine that was started here has no network of its own.
  #buildOnTheHostsNetwork(services) {
    if (!this.engine.own) return;
    for (const name of ['asterisk', 'bot', 'control', 'media', 'phone', 'prometheus']) {
      const service = (this.#override.services[name] ??= {});
      if (services[name].build || service.build) (service.build ??= {}).network = 'host';
    }
  }

  #writeOverride() {
    const file = path.join(this.files, 'override.json');
    writeFileSync(file, JSON.stringify(this.#override));
    this.#files.push(file);
  }

  #command(args, files = this.#files) {
    const [program, ...rest] = compose;
    const named = files.flatMap((each) => ['-f', path.resolve(folder, 'compose', each)]);
    return [program, [...rest, '-p', this.name, ...named, ...args]];
  }

  compose(args, options = {}) {
    return run(...this.#command(args), { ...options, environment: { ...this.environment, ...options.environment } });
  }

  tryCompose(args, options = {}) {
    return tryRun(...this.#command(args), { ...options, environment: this.environment });
  }

  // The configuration as Compose reads it, with every variable and default filled in.
  async config(overrides = [], environment = {}) {
    const [program, args] = this.#command(['--profile', '*', 'config', '--format', 'json'], ['compose.yaml', ...overrides]);
    return JSON.parse(await run(program, args, { environment: { ...this.environment, ...environment } }));
  }

  // All services but those of a profile and what is left out.
  async services() {
    const names = (await this.compose(['config', '--services'])).trim().split('\n');
    return names.filter((each) => !this.leftOut.includes(each));
  }

  async containers(service) {
    return (await this.compose(['ps', '--quiet', service])).trim().split('\n').filter(Boolean);
  }

  // The JSON lines of a service, from whichever of its containers.
  async log(service) {
    const text = await this.compose(['logs', '--no-color', '--no-log-prefix', service]);
    const plain = text.replaceAll('\u001b[2K', '');  // Compose clears lines that it wrote itself
    return plain.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  }

  async fetch(service, port, pathname) {
    const where = (await this.compose(['port', service, String(port)])).trim();
    return fetch(`http://${where}${pathname}`);
  }

  // The answer of Prometheus to a query: an array of series.
  async query(expression) {
    const answer = await this.fetch('prometheus', 9090, `/api/v1/query?query=${encodeURIComponent(expression)}`);
    const { status, data, error } = await answer.json();
    if (status !== 'success') throw new Error(`${expression}: ${error}`);
    return data.result;
  }

  // What an Asterisk answers to a command, line by line.
  async asterisk(command, service = 'asterisk') {
    return (await this.compose(['exec', '-T', service, 'asterisk', '-rx', command])).trim().split('\n');
  }

  // The phone's last line.
  async phone(...args) {
    const output = await this.compose(['--profile', 'phone', 'run', '--rm', '-T', 'phone', ...args.map(String)]);
    return output.trim().split('\n').at(-1);
  }

  async end() {
    await this.tryCompose(['--profile', '*', 'down', '--volumes', '--remove-orphans', '--timeout', '5']);
    this.remove();
  }

  remove() {
    rmSync(this.files, { recursive: true, force: true });
  }
}
