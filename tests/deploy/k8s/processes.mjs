// The two binaries as processes, and kubelet's probes.
import { spawn } from 'node:child_process';
import http2 from 'node:http2';
import { createInterface } from 'node:readline';

const patience_ms = 30000;

// Runs to its end: {code, output}.
export async function run(binary, args, environment = {}) {
  const process_ = start(binary, args, environment);
  const code = await process_.ended;
  return { code, output: process_.lines.join('\n') };
}

// A process whose lines are kept; kill it in the end.
export function start(binary, args, environment = {}) {
  const child = spawn(binary, args, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines = [];
  const waiting = new Set();
  let over = false;
  const look = () => waiting.forEach((each) => each());
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => {
      lines.push(line);
      look();
    });
  }
  const ended = new Promise((resolve) =>
    child.on('close', (code) => {
      over = true;
      look();
      resolve(code);
    }),
  );
  // The fields of the first line with this message.
  const logged = (message) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => finish(reject, new Error(`no "${message}" in time:\n${lines.join('\n')}`)), patience_ms);
      const finish = (how, what) => {
        clearTimeout(timer);
        waiting.delete(check);
        how(what);
      };
      const check = () => {
        const entries = lines.filter((each) => each.startsWith('{')).map((each) => JSON.parse(each));
        const entry = entries.find((each) => (each.message ?? each.msg) === message);  // msg: Prometheus's
        if (entry) return finish(resolve, entry);
        if (over) finish(reject, new Error(`it ended without "${message}":\n${lines.join('\n')}`));
      };
      waiting.add(check);
      check();
    });
  return {
    lines,
    ended,
    pid: child.pid,
    running: () => !over,
    logged,
    signal: (name) => child.kill(name),
    kill: () => (over ? ended : (child.kill('SIGKILL'), ended)),
  };
}

// Protobuf, as far as these tests need it: strings, messages (both as Buffer or string) and numbers below 128.
export function message(fields) {
  const parts = Object.entries(fields).map(([number, value]) => {
    if (typeof value === 'number') return Buffer.from([Number(number) << 3, value]);
    const bytes = Buffer.from(value);
    return Buffer.concat([Buffer.from([(Number(number) << 3) | 2, bytes.length]), bytes]);
  });
  return Buffer.concat(parts);
}

// A unary call without TLS, as kubelet makes them: {status, body}. Rejects without an answer.
export function call(address, method, body) {
  return new Promise((resolve, reject) => {
    const session = http2.connect(`http://${address}`);
    session.on('error', reject);
    const stream = session.request({
      ':method': 'POST',
      ':path': `/${method}`,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(body.length, 1);
    stream.end(Buffer.concat([prefix, body]));
    const chunks = [];
    let status;
    stream.on('response', (headers) => (status = headers['grpc-status'] ?? status));
    stream.on('trailers', (headers) => (status = headers['grpc-status'] ?? status));
    stream.on('data', (chunk) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('close', () => {
      session.close();
      if (status === undefined) return reject(new Error(`${address} closed the connection in the place of an answer`));
      resolve({ status: Number(status), body: Buffer.concat(chunks).subarray(5) });
    });
    stream.setTimeout(patience_ms, () => reject(new Error(`${address} does not answer ${method}`)));
  });
}

// kubelet's gRPC probe: true when the service is SERVING.
export async function grpcProbe(address, service) {
  const { status, body } = await call(address, 'grpc.health.v1.Health/Check', message({ 1: service }));
  return status === 0 && body.equals(Buffer.from([1 << 3, 1]));
}
