// A Docker engine: the machine's own where one runs, else one that is started here and stopped in the end.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { run, tryRun, until } from './command.mjs';

const cache = path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'benari');

export class Engine {
  // {DOCKER_HOST} of an engine that was started here; empty for the machine's own.
  environment = {};
  stop = async () => {};

  get own() {
    return this.environment.DOCKER_HOST !== undefined;
  }

  static async find() {
    const engine = new Engine();
    if ((await tryRun('docker', ['version'])).code !== 0) await engine.#start();
    return engine;
  }

  docker(args, options = {}) {
    return run('docker', args, { ...options, environment: this.environment });
  }

  tryDocker(args, options = {}) {
    return tryRun('docker', args, { ...options, environment: this.environment });
  }

  hasImage(name) {
    return this.tryDocker(['image', 'inspect', name]).then(({ code }) => code === 0);
  }

  // Images and build caches stay in the cache folder, all else in a folder that goes. It leaves the machine's firewall
  // and forwarding alone, so its containers reach each other only, and builds use the machine's own network.
  async #start() {
    const data = process.env.BENARI_DOCKER_DATA ?? path.join(cache, 'docker');
    mkdirSync(data, { recursive: true });
    const folder = mkdtempSync(path.join(tmpdir(), 'benari-engine-'));
    const socket = `unix://${folder}/socket`;
    const log = path.join(folder, 'log');
    // It ends with this process, however that ends; a second run waits until the data folder is free.
    const command = ['--pdeathsig', 'TERM', 'flock', '--no-fork', `${data}.lock`, 'dockerd'];
    const options = ['--host', socket, '--data-root', data, '--exec-root', path.join(folder, 'exec'),
      '--pidfile', path.join(folder, 'pid'), '--bridge=none', '--iptables=false', '--ip-forward=false'];
    const out = openSync(log, 'a');
    const daemon = spawn('setpriv', [...command, ...options], { stdio: ['ignore', out, out] });
    let over = false;
    const ended = new Promise((resolve) => {
      const end = () => {
        over = true;
        resolve();
      };
      daemon.on('error', end);
      daemon.on('exit', end);
    });
    this.stop = async () => {
      if (!over) daemon.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    };
    this.environment = { DOCKER_HOST: socket };
    try {
      await until('the engine answers', async () => {
        if (over) throw new Error('dockerd ended');
        return (await tryRun('docker', ['version'], { environment: this.environment })).code === 0;
      }, 600_000);
    } catch (error) {
      const said = readFileSync(log, 'utf8').split('\n').slice(-20).join('\n');
      await this.stop();
      throw new Error(`no Docker engine: ${error.message}\n${said}`);
    }
  }
}
