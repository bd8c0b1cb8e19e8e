// Both binaries with calls from the fake Asterisk, and a Prometheus that scrapes and judges them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { start } from '../k8s/processes.mjs';
import { folder } from './catalogue.mjs';

const patience_ms = 60000;
const bots = fileURLToPath(new URL('../../bots', import.meta.url));

// What the bot of each second call does. Its caller speaks for a second and pauses for one: whatever they begin with,
// one of these answers is begun in a pause, and each is interrupted.
const rounds = Array.from({ length: 6 }, (_, i) => 10 + 37 * i);
const talk = `/${rounds.map((frames) => `until:frames:${frames},say,until:frames:${frames + 12},clear`).join()},close`;
const local = ['--metrics_listen=127.0.0.1:0', '--log_format=json'];

// One that nobody has right now.
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

export class Stage {
  #folder = mkdtempSync(path.join(tmpdir(), 'benari-prometheus-'));
  #running = [];
  metrics = {};  // addresses, by service
  prometheus;  // its address
  calls_ended_s;  // since 1970

  #start(...command) {
    const process_ = start(...command);
    this.#running.push(process_);
    return process_;
  }

  #write(name, text) {
    writeFileSync(path.join(this.#folder, name), text);
    return path.join(this.#folder, name);
  }

  // Files of mutual TLS; both sides show one certificate, which is its own CA.
  #tls(flags) {
    const files = { cert: path.join(this.#folder, 'tls.crt'), key: path.join(this.#folder, 'tls.key') };
    if (!existsSync(files.cert)) {
      execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30',
        '-subj', '/CN=benari', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', files.key, '-out', files.cert], { stdio: 'ignore' });
    }
    return [`--${flags}_cert_file=${files.cert}`, `--${flags}_key_file=${files.key}`];
  }

  // URL of a bot that talks as above.
  async #bot() {
    const noise = this.#write('noise', randomBytes(160000));
    const bot = this.#start('/usr/bin/python3', [path.join(bots, 'scripted.py'), `--audio=${noise}`]);
    const listening = () => bot.lines.join('\n').match(/^listening on (\S+)$/m);
    const deadline = Date.now() + patience_ms;
    while (!listening()) {
      assert.ok(bot.running() && Date.now() < deadline, `the bot does not listen:\n${bot.lines.join('\n')}`);
      await sleep(20);
    }
    return listening()[1] + talk.replaceAll(',', '%2C');  // a comma ends an argument of Stasis()
  }

  // Some calls, one after the other, every second one with a bot, which Prometheus sees from before their beginning to their end.
  async run(calls) {
    const media = this.#start(process.env.BENARI_MEDIA_BINARY, [
      ...local, '--grpc_listen=127.0.0.1:0', '--workers=2', ...this.#tls('grpc_tls'),
      `--grpc_tls_client_ca_file=${path.join(this.#folder, 'tls.crt')}`]);
    const { grpc, metrics: mediaMetrics } = await media.logged('serving');
    const url = await this.#bot();
    const http = `127.0.0.1:${await freePort()}`;
    const control = this.#start(process.env.BENARI_CONTROL_BINARY, [
      ...local, `--ari_url=http://${http}/ari`, `--ari_password_file=${this.#write('password', 'secret')}`,
      `--media=${grpc}`, '--echo_seconds=1.5', ...this.#tls('media_tls'),
      `--media_tls_ca_file=${path.join(this.#folder, 'tls.crt')}`]);
    const { metrics: controlMetrics } = await control.logged('serving');
    this.metrics = { control: controlMetrics, media: mediaMetrics };
    await this.#startPrometheus();
    await this.#until('sum(benari_control_calls_ended_total) + sum(benari_media_received_packets_total)', 0);
    const asterisk = this.#start(process.env.BENARI_FAKE_ASTERISK_BINARY, [
      `--http_listen=${http}`, `--calls=${calls}`, '--call_interval_seconds=0.5', '--destination_answer_seconds=0.2',
      '--destination_hangup_seconds=0.5', '--pause_frames=50',
      `--arguments=inbound;inbound,flow=bot,format=alaw,bot_url=${url}`]);
    assert.equal(await asterisk.ended, 0, asterisk.lines.slice(-5).join('\n'));
    this.calls_ended_s = Date.now() / 1000;
    await this.#until('sum(benari_control_calls_ended_total{outcome="completed"})', calls);
  }

  async #until(expr, value) {
    const deadline = Date.now() + patience_ms;
    while ((await this.query(expr))[0]?.value[1] !== String(value)) {
      assert.ok(Date.now() < deadline, `${expr} is not ${value} in time`);
      await sleep(100);
    }
  }

  async #startPrometheus() {
    const targets = Object.entries(this.metrics).map(
      ([job, address]) => `  - {job_name: ${job}, static_configs: [{targets: ['${address}']}]}`);
    const config = this.#write('prometheus.yml', [
      'global: {scrape_interval: 250ms, scrape_timeout: 250ms, evaluation_interval: 250ms}',
      `rule_files: ['${folder}alerts.yml']`, 'scrape_configs:', ...targets, ''].join('\n'));
    const prometheus = this.#start(process.env.BENARI_PROMETHEUS ?? 'prometheus', [
      `--config.file=${config}`, `--storage.tsdb.path=${path.join(this.#folder, 'data')}`,
      '--web.listen-address=127.0.0.1:0', '--log.format=json']);
    this.prometheus = (await prometheus.logged('Listening on')).address;
  }

  async api(request) {
    const response = await fetch(`http://${this.prometheus}/api/v1/${request}`);
    const { status, data, error } = await response.json();
    assert.equal(status, 'success', `${request}: ${error}`);
    return data;
  }

  // The samples that an expression has.
  async query(expr, time_s = Date.now() / 1000) {
    return (await this.api(`query?${new URLSearchParams({ query: expr, time: time_s })}`)).result;
  }

  async end() {
    await Promise.all(this.#running.map((each) => each.kill()));
    rmSync(this.#folder, { recursive: true });
  }
}
