// The REST client of npm's twilio against control's API over TLS, with calls of the fake Asterisk.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import twilio from 'twilio';
import { start } from '../deploy/k8s/processes.mjs';

const calls = 3;
const patience_ms = 60000;
const account = 'AC0123456789abcdef0123456789abcdef';
const token = '0123456789abcdef0123456789abcdef';
const folder = mkdtempSync(path.join(tmpdir(), 'benari-rest-'));
const running = [];
let asterisk;
let control;
let api;
let ca;

// What a bot changes: where its client sends to, and whom it trusts there.
class ToControl extends twilio.RequestClient {
  constructor() {
    super({ ca });
  }

  request(options) {
    return super.request({ ...options, uri: options.uri.replace('https://api.twilio.com', `https://${api}`) });
  }
}
const client = (sid = account, secret = token) => twilio(sid, secret, { httpClient: new ToControl() });

function run(binary, ...flags) {
  const process_ = start(process.env[binary], flags);
  running.push(process_);
  return process_;
}

function write(name, text) {
  writeFileSync(path.join(folder, name), text);
  return path.join(folder, name);
}

// A certificate for 127.0.0.1 that is its own CA; the flags for it.
function makeCertificate() {
  const [cert, key] = ['api.crt', 'api.key'].map((name) => path.join(folder, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', '/CN=api', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  ca = readFileSync(cert);
  return [`--api_tls_cert_file=${cert}`, `--api_tls_key_file=${key}`];
}

function post(target, headers, body) {
  return new Promise((resolve, reject) => {
    const request = https.request(`https://${api}${target}`, { method: 'POST', headers, ca }, (answer) => {
      let text = '';
      answer.on('data', (bytes) => { text += bytes; });
      answer.on('end', () => resolve({ status: answer.statusCode, json: JSON.parse(text) }));
    });
    request.on('error', reject).end(body);
  });
}

async function eventually(what) {
  const deadline = Date.now() + patience_ms;
  for (;;) {
    const result = await what();
    if (result) return result;
    assert.ok(Date.now() < deadline, `not in time: ${what}`);
    await sleep(50);
  }
}

before(async () => {
  const local = ['--metrics_listen=127.0.0.1:0', '--log_format=json'];
  const media = run('BENARI_MEDIA_BINARY', ...local, '--grpc_listen=127.0.0.1:0', '--workers=1');
  const { grpc } = await media.logged('serving');
  asterisk = run('BENARI_FAKE_ASTERISK_BINARY', '--http_listen=127.0.0.1:0', `--calls=${calls}`, '--destination_behaviour=answers',
    '--log_format=json');
  const { http } = await asterisk.logged('serving');
  control = run('BENARI_CONTROL_BINARY', ...local, `--ari_url=http://${http}/ari`, `--ari_password_file=${write('password', 'secret')}`,
    `--media=${grpc}`, '--echo_seconds=inf', '--api_listen=127.0.0.1:0', '--dial_out_endpoint=Local/{number}@default/n',
    '--dial_out_sip_endpoint=PJSIP/trunk/{uri}', '--dial_out_allow=sip:[^@]+@pbx\\.example',
    `--api_account_file=${write('account', `account_sid: ${account}\nauth_token: ${token}\n`)}`, ...makeCertificate());
  ({ api } = await control.logged('serving'));
});

after(async () => {
  await Promise.all(running.map((each) => each.kill()));
  rmSync(folder, { recursive: true });
});

const rejects = (promise, status, code, message) => assert.rejects(promise, (error) => {
  assert.equal(error.status, status);
  assert.equal(error.code, code);
  assert.match(error.message, message);
  assert.equal(error.moreInfo, `https://www.twilio.com/docs/errors/${code}`);
  return true;
});

test('reads, lists and completes calls', async () => {
  const ours = client();
  await eventually(async () => {
    try {
      return (await ours.calls.list({ status: 'in-progress' })).length === calls;
    } catch (error) {
      if (error.status !== 503) throw error;
    }
  });
  const inPages = await ours.calls.list({ pageSize: 1 });
  assert.equal(new Set(inPages.map(({ sid }) => sid)).size, calls);
  const [{ sid }] = await ours.calls.list({ to: '3308487', limit: 1 });
  const call = await ours.calls(sid).fetch();
  assert.equal(call.sid, sid);
  assert.equal(call.accountSid, account);
  assert.equal(call.to, '3308487');
  assert.equal(call.direction, 'inbound');
  assert.equal(call.status, 'in-progress');
  assert.equal(call.endTime, null);
  assert.ok(call.startTime instanceof Date && Math.abs(Date.now() - call.startTime) < 600000, String(call.startTime));
  assert.equal((await call.update({ status: 'completed' })).sid, sid);
  const ended = await eventually(async () => {
    const now = await ours.calls(sid).fetch();
    return now.status === 'completed' && now;
  });
  assert.match(ended.duration, /^[0-9]+$/);
  assert.ok(ended.endTime >= ended.startTime);
  assert.equal((await ours.calls(sid).update({ status: 'completed' })).status, 'completed');
});

// What a server of the bot is asked, and whether it was signed with the account's token.
function serveTwiml(response) {
  return new Promise((resolve) => {
    const asked = [];
    const server = http.createServer((request, answer) => {
      let body = '';
      request.on('data', (bytes) => { body += bytes; });
      request.on('end', () => {
        const form = Object.fromEntries(new URLSearchParams(body));
        const url = `http://${request.headers.host}${request.url}`;
        asked.push({ ...form, signed: twilio.validateRequest(token, request.headers['x-twilio-signature'] ?? '', url, form) });
        answer.writeHead(200, { 'Content-Type': 'text/xml' }).end(response.toString());
      });
    });
    server.listen(0, '127.0.0.1', () => resolve({ server, asked, url: `http://127.0.0.1:${server.address().port}/next?a=1` }));
  });
}

test('redirects a call to a number, to a URL, and ends it by a document', async () => {
  const [call] = await client().calls.list({ status: 'in-progress', limit: 1 });
  const dial = new twilio.twiml.VoiceResponse();
  dial.dial('4438007');
  assert.equal((await call.update({ twiml: dial })).status, 'in-progress');
  await control.logged('destination answered');
  const pause = new twilio.twiml.VoiceResponse();
  pause.pause({ length: 600 });
  const { server, asked, url } = await serveTwiml(pause);
  assert.equal((await call.update({ url, method: 'POST' })).sid, call.sid);
  await eventually(() => asked.length > 0);
  server.close();
  assert.equal(asked[0].CallSid, call.sid);
  assert.equal(asked[0].CallStatus, 'in-progress');
  assert.equal(asked[0].signed, true);
  assert.equal((await call.fetch()).status, 'in-progress');
  const end = new twilio.twiml.VoiceResponse();
  end.hangup();
  await call.update({ twiml: end });
  await eventually(async () => (await call.fetch()).status === 'completed');
  await rejects(client().calls(call.sid).update({ twiml: end }), 400, 21220, /the call is completed/);
});

test('makes a call, which runs a document and reports its statuses', async () => {
  const pause = new twilio.twiml.VoiceResponse();
  pause.pause({ length: 600 });
  const { server, asked, url } = await serveTwiml(pause);
  const made = await client().calls.create({ to: '4438007', from: '+4930', url, timeout: 20, statusCallback: url,
    statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'] });
  assert.match(made.sid, /^CA[0-9a-f]{32}$/);
  assert.equal(made.status, 'queued');
  assert.equal(made.direction, 'outbound-api');
  assert.equal(made.from, '+4930');
  await eventually(async () => (await made.fetch()).status === 'in-progress');
  await eventually(() => asked.some(({ CallbackSource }) => !CallbackSource));
  await made.update({ status: 'completed' });
  await eventually(() => asked.some(({ CallStatus }) => CallStatus === 'completed'));
  server.close();
  assert.equal((await made.fetch()).status, 'completed');
  const reported = asked.filter(({ CallbackSource }) => CallbackSource).sort((a, b) => a.SequenceNumber - b.SequenceNumber);
  assert.deepEqual(reported.map(({ CallStatus }) => CallStatus), ['initiated', 'ringing', 'in-progress', 'completed']);
  assert.ok(asked.every(({ CallSid, Direction, signed }) => CallSid === made.sid && Direction === 'outbound-api' && signed));
});

test('makes a call to a SIP URI that is allowed', async () => {
  const to = 'sip:joe@pbx.example:5061;transport=tls';
  await rejects(client().calls.create({ to, from: '2', twiml: '<Response/>' }), 400, 20001, /is not dialled: --dial_out_allow/);
  const made = await client().calls.create({ to: 'sip:joe@pbx.example', from: '2', twiml: '<Response><Pause length="600"/></Response>' });
  await eventually(async () => (await made.fetch()).status === 'in-progress');
  assert.equal((await client().calls.list({ to: 'sip:joe@pbx.example' }))[0].sid, made.sid);
  await made.update({ status: 'completed' });
  await eventually(async () => (await made.fetch()).status === 'completed');
});

test('errors are those of the client', async () => {
  const [{ sid }] = await client().calls.list({ status: 'in-progress', limit: 1 });
  await rejects(client().calls('CA00000000000000000000000000000000').fetch(), 404, 20404, /was not found/);
  await rejects(client(account, 'wrong').calls(sid).fetch(), 401, 20003, /Authenticate/);
  await rejects(client('AC99999999999999999999999999999999').calls(sid).fetch(), 401, 20003, /Authenticate/);
  await rejects(client().calls(sid).update({ status: 'canceled' }), 400, 21220, /the call is in-progress/);
  await rejects(client().calls(sid).update({ twiml: '<Response><Enqueue>a</Enqueue></Response>' }), 400, 20001,
    /verb <Enqueue> is not supported; accepted are Connect/);
  await rejects(client().calls(sid).update({ twiml: '<Dial>1</Dial>' }), 400, 20001, /accepted is one <Response>/);
  await rejects(client().calls(sid).update({ url: 'ftp://bot/' }), 400, 20001, /accepted is an http or https URL/);
  await rejects(client().calls.create({ to: 'sip:a@b', from: '2', url: 'http://bot/' }), 400, 20001, /To: 'sip:a@b' is not dialled: --dial_out_allow/);
  await rejects(client().calls.create({ to: '1', from: '2', url: 'http://bot/', record: true }), 400, 20001, /'Record' is not supported/);
});

test('who has nothing of Twilio sends keys, transfers and hangs up in JSON', async () => {
  const [call] = await client().calls.list({ status: 'in-progress', limit: 1 });
  const authorization = `Basic ${Buffer.from(`${account}:${token}`).toString('base64')}`;
  const act = (action, body, headers = { authorization }) =>
    post(`/calls/${call.sid}/${action}`, headers, body && JSON.stringify(body));
  assert.equal((await act('hangup', undefined, {})).status, 401);
  assert.equal((await act('digits', { digits: '12#' })).status, 200);
  const loop = await act('transfer', { to: call.to });
  assert.equal(loop.status, 400);
  assert.match(loop.json.message, /the number that it has called/);
  const transferred = await act('transfer', { to: '4438007' });
  assert.equal(transferred.status, 200);
  assert.equal(transferred.json.sid, call.sid);
  assert.equal((await act('hangup')).status, 200);
  await eventually(async () => (await call.fetch()).status === 'completed');
  assert.equal((await act('hangup')).status, 404);
});

test('what is hung up is gone from Asterisk', async () => {
  const ours = client();
  for (const { sid } of await ours.calls.list({ status: 'in-progress' })) await ours.calls(sid).update({ status: 'completed' });
  assert.equal(await asterisk.ended, 0, asterisk.lines.slice(-5).join('\n'));
});
