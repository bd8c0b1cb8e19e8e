// Commands that run to their end.
import { spawn } from 'node:child_process';

// Its standard output. Rejects, with all that it printed, when the exit code is not 0 or the time is over.
export async function run(command, args, options = {}) {
  const { code, output, stdout } = await tryRun(command, args, options);
  if (code === 0) return stdout;
  throw new Error(`${command} ${args.join(' ')}: ${code === null ? 'not over in time' : `exit code ${code}`}\n${output}`);
}

// {code, stdout, output}, the last with stderr too; code is null when it was ended since `timeout_ms` was over.
export function tryRun(command, args, { environment = {}, timeout_ms = 120_000 } = {}) {
  const child = spawn(command, args, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks = [];
  const out = [];
  child.stdout.on('data', (chunk) => (out.push(chunk), chunks.push(chunk)));
  child.stderr.on('data', (chunk) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, timeout_ms);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      const [stdout, output] = [out, chunks].map((each) => Buffer.concat(each).toString());
      resolve({ code: late ? null : code, stdout, output });
    });
  });
}

// What `look` gives once it is neither undefined nor false.
export async function until(what, look, timeout_ms = 60_000) {
  const deadline = Date.now() + timeout_ms;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > deadline) throw new Error(`not in ${timeout_ms / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
