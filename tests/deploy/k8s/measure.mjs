// What a pod needs: CPU and memory of both binaries with this many calls in echo. Not a test; the figures are in
// deploy/k8s/README.md. Usage: node tests/deploy/k8s/measure.mjs [CALLS [FLAG_OF_MEDIA…]]
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { start } from './processes.mjs';

const [calls_text = '200', ...media_flags] = process.argv.slice(2);
const calls = Number(calls_text);
const build = fileURLToPath(new URL('../../../build/', import.meta.url));
const ticks_per_second = 100;
const seconds = 10;

const cpuTicks = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return Number(fields[11]) + Number(fields[12]);
};
const memoryMib = (pid) => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
const metric = async (address, line) =>
  Number(new RegExp(`^${line} (\\S+)`, 'm').exec(await (await fetch(`http://${address}/metrics`, { headers: { connection: 'close' } })).text())?.[1]);

const folder = mkdtempSync(path.join(tmpdir(), 'benari-measure-'));
writeFileSync(path.join(folder, 'password'), 'secret');
const running = [];
const begin = (...command) => running[running.push(start(...command)) - 1];
try {
  const local = ['--metrics_listen=127.0.0.1:0', '--log_format=json'];
  const media = begin(`${build}media/benari-media`, [...local, '--grpc_listen=127.0.0.1:0', '--log_level=info', ...media_flags]);
  const { grpc, metrics: mediaMetrics } = await media.logged('serving');
  const asterisk = begin(`${build}tests/fakes/benari-fake-asterisk`, [
    `--calls=${calls}`, '--call_interval_seconds=0.03', '--session_limit=1000', '--http_listen=127.0.0.1:18088']);
  const control = begin(`${build}control/benari-control`, [
    ...local, '--ari_url=http://127.0.0.1:18088/ari', `--ari_password_file=${folder}/password`,
    `--media=${grpc}`, '--echo_seconds=inf', `--max_calls=${calls}`]);
  await control.logged('serving');
  const report = async (what) => {
    const before = [media, control].map((each) => cpuTicks(each.pid));
    const packets = await metric(mediaMetrics, 'benari_media_received_packets_total');
    await sleep(seconds * 1000);
    const [mediaCpu, controlCpu] = [media, control].map((each, i) =>
      Math.round(((cpuTicks(each.pid) - before[i]) * 1000) / ticks_per_second / seconds));
    const rate = Math.round(((await metric(mediaMetrics, 'benari_media_received_packets_total')) - packets) / seconds);
    console.log(`${what}: media ${mediaCpu}m CPU, ${memoryMib(media.pid).toFixed(0)} MiB; ` +
      `control ${controlCpu}m CPU, ${memoryMib(control.pid).toFixed(0)} MiB; ${rate} packets/s`);
  };
  while ((await metric(mediaMetrics, 'benari_media_sessions_running')) < calls) {
    await sleep(200);
    if (!asterisk.running()) throw new Error(asterisk.lines.slice(-5).join('\n'));
  }
  await report(`${await metric(mediaMetrics, 'benari_media_sessions_running')} sessions`);
} finally {
  await Promise.all(running.map((each) => each.kill()));
  rmSync(folder, { recursive: true });
}
