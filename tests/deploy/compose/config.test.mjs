// compose.yaml and compose.host.yaml as Compose reads them. Needs no engine.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { folder, Stack } from './stack.mjs';

const host = { BENARI_RTP_ADDRESS: '192.0.2.7', BENARI_ARI_PASSWORD_FILE: '/dev/null' };
const running = ({ services }) => Object.entries(services).filter(([name]) => name !== 'phone');
const ownImage = (service) => service.image.startsWith('benari-');
let stack, alone, onHost;

before(async () => {
  stack = new Stack({ environment: {} });
  alone = await stack.config();
  onHost = await stack.config(['compose.host.yaml'], host);
});
after(() => stack.remove());

describe('every service, alone and on a host', () => {
  const each = (check) => () => {
    for (const config of [alone, onHost]) Object.entries(config.services).forEach(([name, service]) => check(service, name));
  };

  test('can do little', each((service, name) => {
    assert.equal(service.read_only, true, name);
    assert.deepEqual(service.cap_drop, ['ALL'], name);
    assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
    assert.deepEqual(service.cap_add ?? [], name === 'phone' ? ['NET_RAW'] : [], name);
    assert.ok(!service.privileged, name);
  }));

  test('has a limit of memory and of its log', each((service, name) => {
    assert.ok(Number(service.deploy.resources.limits.memory) > 0, name);
    assert.ok(service.logging.options['max-size'], name);
  }));

  test('mounts configuration read-only', each((service, name) => {
    for (const { type, target, read_only } of service.volumes ?? []) {
      if (type === 'bind') assert.equal(read_only, true, `${name} ${target}`);
    }
  }));

  test('has the password from a file, if at all', each((service, name) => {
    assert.equal((service.secrets ?? []).length, /^(asterisk|control)/.test(name) ? 1 : 0, name);
    assert.doesNotMatch(JSON.stringify(service.environment ?? {}), /password"/i, name);
  }));
});

test('what runs is started again and says how it is', () => {
  for (const [name, service] of [...running(alone), ...running(onHost)]) {
    assert.equal(service.restart, 'unless-stopped', name);
    assert.ok(ownImage(service) || service.healthcheck.test, name);
  }
});

test('only pages and metrics are published, and only to this machine', () => {
  const published = running(alone).flatMap(([name, { ports = [] }]) =>
    ports.map(({ host_ip, target, protocol }) => `${name} ${host_ip} ${target} ${protocol}`),
  );
  assert.deepEqual(published.sort(), ['control 127.0.0.1 9101 tcp', 'control-west 127.0.0.1 9101 tcp', 'grafana 127.0.0.1 3000 tcp', 'prometheus 127.0.0.1 9090 tcp']);
});

test('on a host everything is on its network, and what nobody else needs on its loopback', () => {
  for (const [name, service] of running(onHost)) {
    assert.equal(service.network_mode, 'host', name);
    assert.equal(service.ports, undefined, name);
    for (const argument of service.command ?? []) {
      const [, flag, value] = /^--([\w.-]+)=(.*)$/.exec(argument);
      if (/listen/.test(flag)) assert.match(value, /^127\.0\.0\.1:\d+$/, `${name} ${argument}`);
    }
  }
  assert.ok(onHost.services.media.command.includes('--rtp_bind=192.0.2.7'));
  assert.equal(onHost.services.media.deploy.replicas, 1);
  const mounted = onHost.services.asterisk.volumes.map((each) => each.target);
  assert.deepEqual(mounted, ['/etc/asterisk/pjsip_wizard.conf'], 'no phone without a password');
});

test('on a host its settings have to be given', async () => {
  for (const name of Object.keys(host)) {
    const given = { ...host };
    delete given[name];
    await assert.rejects(stack.config(['compose.host.yaml'], given), new RegExp(name));
  }
});

test('callers talk to a bot where the environment says so, and else to none', async () => {
  const flags = ({ services }) => [...services.control.command, ...services.media.command];
  for (const [files, needed] of [[[], {}], [['compose.host.yaml'], host]]) {
    const byDefault = await stack.config(files, needed);
    assert.ok(flags(byDefault).includes('--flow=echo'));
    assert.ok(flags(byDefault).includes('--bot_allow=private'));
    const { hostname, port } = new URL(flags(byDefault).find((each) => each.startsWith('--bot_url=')).slice('--bot_url='.length));
    const { environment } = byDefault.services.bot;
    assert.equal(hostname, environment?.HOST ?? 'bot', 'the bot of the profile');
    assert.match(readFileSync(path.join(folder, 'compose/bot/Dockerfile'), 'utf8'), new RegExp(`^ENV .*PORT=${port}$`, 'm'));
    const set = { BENARI_FLOW: 'bot', BENARI_BOT_URL: 'wss://bot.example.com/calls', BENARI_BOT_ALLOW: 'wss://bot.example.com' };
    const withBot = flags(await stack.config(files, { ...needed, ...set }));
    for (const flag of ['--flow=bot', '--bot_url=wss://bot.example.com/calls', '--bot_allow=wss://bot.example.com']) {
      assert.ok(withBot.includes(flag), flag);
    }
  }
});

test('a stop waits for what a service may take to end', () => {
  const seconds = (text) => Number(/^(?:(\d+)m)?(\d+)s$/.exec(text)?.slice(1).reduce((sum, each) => sum * 60 + Number(each ?? 0), 0));
  for (const config of [alone, onHost]) {
    for (const [name, { command, stop_grace_period }] of Object.entries(config.services)) {
      if (!/^(control|media)/.test(name)) continue;
      const drain = Number(command.find((each) => each.startsWith('--drain_seconds=')).split('=')[1]);
      const hangUps = name === 'media' ? 0 : 4 * 5;  // requests of --ari_timeout_ms
      assert.ok(seconds(stop_grace_period) >= drain + hangUps + 5, `${name}: ${stop_grace_period}`);
    }
  }
});

test('both controls of the farm serve alike, each its own Asterisk under its own owner', () => {
  const [first, second] = ['control', 'control-west'].map((name) => alone.services[name].command);
  const own = (command, other) => command.filter((each) => !other.includes(each));
  assert.deepEqual(own(second, first), ['--owner=west', '--peers=http://control:9101', '--ari_url=http://asterisk-west:8088/ari']);
  assert.deepEqual(own(first, second), ['--ari_url=http://asterisk:8088/ari']);
  assert.deepEqual(Object.keys(onHost.services).filter((name) => /west/.test(name)), [], 'one host has one Asterisk');
});
