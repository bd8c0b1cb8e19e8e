// A Debian 12 to install packages on: booted with systemd as its first process, in namespaces of its own, or as a chroot.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, tryRun, until } from '../compose/command.mjs';

const beside = (name) => fileURLToPath(new URL(name, import.meta.url));
const script = beside('machine.sh');

function need(variable) {
  const folder = process.env[variable];
  if (!folder) throw new Error(`${variable} is not set: ./dev test deploy makes the folder`);
  return folder;
}

export class Machine {
  #folder = mkdtempSync(path.join(tmpdir(), 'benari-machine-'));
  #asterisk;
  #process;
  #pid;

  // `asterisk`: the real one is at /srv/asterisk.
  static async make({ asterisk = false } = {}) {
    const machine = new Machine();
    machine.#asterisk = asterisk ? need('BENARI_ASTERISK_ROOTFS') : '';
    // What it writes; below an overlay file system no overlay can write.
    await run('mount', ['-t', 'tmpfs', 'tmpfs', machine.#folder]);
    return machine;
  }

  // Copies files into a folder below its /packages, before it is started.
  bring(name, files) {
    const packages = path.join(this.#folder, 'machine/upper/packages', name);
    mkdirSync(packages, { recursive: true });
    for (const each of files) copyFileSync(each, path.join(packages, path.basename(each)));
  }

  #start(how, args) {
    return ['--pdeathsig', 'KILL', script, how, this.#folder, need('BENARI_MACHINE_ROOTFS'), this.#asterisk, ...args];
  }

  // Runs a shell script in it, without systemd: {code, output}.
  chroot(text) {
    return tryRun('setpriv', this.#start('chroot', ['/bin/bash', '-ec', text]));
  }

  async boot() {
    const log = path.join(this.#folder, 'console');
    this.#process = spawn('setpriv', this.#start('boot', []), { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#process.stdout, this.#process.stderr]) stream.pipe(createWriteStream(log, { flags: 'a' }));
    const { pid } = this.#process;
    this.#pid = await until('the first process', () => {
      if (this.#process.exitCode !== null) throw new Error(`no machine: ${readFileSync(log, 'utf8')}`);
      const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
      return child && readFileSync(`/proc/${child}/cmdline`, 'utf8').startsWith('/lib/systemd/systemd') && child;
    });
    await until('the machine is up', async () => /^(running|degraded)/.test((await this.tryShell('systemctl is-system-running')).stdout));
  }

  // Until its end, such as after `systemctl poweroff`.
  async ended() {
    if (this.#process.exitCode === null && this.#process.signalCode === null)
      await new Promise((resolve) => this.#process.on('exit', resolve));
  }

  tryShell(text, options = {}) {
    const args = ['--target', this.#pid, '--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup', '--root', '--wd',
      'env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'DEBIAN_FRONTEND=noninteractive', 'SYSTEMD_PAGER=cat', '/bin/bash', '-ec', text];
    return tryRun('nsenter', args, options);
  }

  // Its standard output; rejects when it fails.
  async shell(text, options = {}) {
    const { code, stdout, output } = await this.tryShell(text, options);
    if (code !== 0) throw new Error(`${text}: exit code ${code}\n${output}`);
    return stdout;
  }

  // So many callers at a phone, of a scenario of tests/harness/sipp: what deploy/compose/phone/call.sh says of them. Rejects
  // unless it worked for all.
  async phone(calls = 1, scenario = 'phone_hangs_up') {
    const said = await run('setpriv', ['--pdeathsig', 'KILL', beside('phone.sh'), this.#pid, String(calls), scenario],
      { environment: { TMPDIR: this.#folder }, timeout_ms: 300_000 });
    return said.trim();
  }

  async destroy() {
    if (this.#process) {
      this.#process.kill('SIGKILL');
      await this.ended();
    }
    await run('umount', ['--lazy', this.#folder]);
    rmSync(this.#folder, { recursive: true });
  }
}

// What is on a machine beside logs and what dpkg and systemd note for themselves, and who may log in.
export const inventory = `
  find / -xdev -not -type d -not -path '/proc/*' -not -path '/sys/*' -not -path '/dev/*' -not -path '/run/*' -not -path '/tmp/*' \\
    -not -path '/packages/*' -not -path '/srv/*' -not -path '/var/log/*' -not -path '/var/cache/*' -not -path '/var/tmp/*' \\
    -not -path '/var/lib/systemd/random-seed' -not -path '/var/lib/systemd/timers/*' -not -path '/var/lib/dpkg/*' \\
    -not -name '.pwd.lock' -not -name '*-' | sort
  find /etc /usr /lib /var/lib -xdev -type d -not -path '/var/lib/systemd/*' -not -path '/var/lib/apt/*' | sort
  cut -d: -f1 /etc/passwd /etc/group
  dpkg-query --show --showformat '\${Package} \${Status}\\n'`;

// Two of these.
export function assertSame(now, then) {
  const [lines, expected] = [now, then].map((text) => new Set(text.split('\n')));
  const without = (all, others) => [...all].filter((line) => !others.has(line));
  assert.deepEqual({ left: without(lines, expected), missing: without(expected, lines) }, { left: [], missing: [] });
}
