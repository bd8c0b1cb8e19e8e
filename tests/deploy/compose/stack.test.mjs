// deploy/compose on a real engine: brought up, called, broken, scaled, and taken down. One story, in order.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { panelExpressions } from '../prometheus/expressions.mjs';
import { until } from './command.mjs';
import { Engine } from './engine.mjs';
import { checkImage, haveBases } from './images.mjs';
import { Stack } from './stack.mjs';

let engine, stack;

const seconds = async (work) => {
  const begun = Date.now();
  await work();
  return ((Date.now() - begun) / 1000).toFixed(1);
};
const saying = (log, message) => log.filter((each) => each.message === message);
// How often a control has said so until now.
const said = async (message, control = 'control') => saying(await stack.log(control), message).length;
const processOf = async (container) => JSON.parse(await engine.docker(['inspect', container]))[0].State;
const kill = async (container) => process.kill((await processOf(container)).Pid, 'SIGKILL');

// Everything that a call holds, as its holder counts it.
async function whatIsHeld() {
  const [channels] = await stack.asterisk('core show channels count');
  const bridges = (await stack.asterisk('bridge show all')).length - 1;
  const sum = async (expression) => Number((await stack.query(`sum(${expression})`))[0]?.value[1] ?? NaN);
  return {
    channels,
    bridges,
    calls: await sum('benari_control_calls'),
    leases: await sum('benari_media_leases'),
    ports: await sum('benari_media_ports{state!="free"}'),
  };
}
const nothing = { channels: '0 active channels', bridges: 0, calls: 0, leases: 0, ports: 0 };

async function untilNothingIsHeld() {
  let held;
  await until('nothing is held', async () => {
    held = await whatIsHeld();
    return JSON.stringify(held) === JSON.stringify(nothing);
  }).catch(() => assert.deepEqual(held, nothing));
}

before(async () => {
  engine = await Engine.find();
  stack = new Stack(engine);
});

after(async () => {
  await stack?.end();
  await engine?.stop();
});

test('images: built with this machine\'s binaries, small, of nobody, with their labels', async (t) => {
  await haveBases(engine);
  t.diagnostic(`built in ${await seconds(() => stack.build())} s`);
  for (const each of stack.leftOut) t.diagnostic(`LEFT OUT, its image cannot be had here: ${each}`);
  for (const name of ['control', 'media', 'asterisk']) await checkImage(t, engine, name);
});

test('up --wait: every service is healthy', async (t) => {
  const services = await stack.services();
  t.diagnostic(`up --wait: ${await seconds(async () => stack.compose(['up', '--wait', ...services]))} s`);
  assert.equal((await stack.containers('media')).length, 2);
});

test('the phone hears itself', async (t) => {
  const line = await stack.phone();
  t.diagnostic(line);
  assert.match(line, /^the call worked: \d+ of \d+ packets were heard again$/);
});

test('with a bot in the echo\'s place the phone hears itself through it', async (t) => {
  stack.environment.BENARI_FLOW = 'bot';
  await stack.compose(['--profile', 'bot', 'up', '--wait', '--no-deps', 'bot', 'control']);
  const line = await stack.phone();
  t.diagnostic(line);
  assert.match(line, /^the call worked/);
  assert.equal(await said('bot ready'), 1);
  const [call] = (await stack.compose(['logs', '--no-color', '--no-log-prefix', 'bot'])).match(/call CA.*$/m) ?? [];
  t.diagnostic(String(call));
  assert.match(call ?? 'nothing in its log', /CA[0-9a-f]{32}.*'to_number': '3308487'/);
  await untilNothingIsHeld();
  delete stack.environment.BENARI_FLOW;
  await stack.compose(['--profile', 'bot', 'rm', '--stop', '--force', 'bot']);
  await stack.compose(['up', '--wait', '--no-deps', 'control']);
});

test('a media node is killed under 20 calls: all are heard again', async (t) => {
  const heard = await said('echo heard');
  const calls = stack.phone(20, 7);
  await until('all are in echo', async () => (await said('echo heard')) >= heard + 20);
  const [victim] = await stack.containers('media');
  await kill(victim);
  const line = await calls;
  t.diagnostic(line);
  assert.match(line, /^the 20 calls worked/);

  const log = await stack.log('control');
  const moved = saying(log, 'media replaced');
  t.diagnostic(`calls that were moved to the other node: ${moved.length}`);
  assert.ok(moved.length > 0);
  for (const { call, media } of moved) {
    const heardAgain = saying(log, 'echo heard again').some((each) => each.call === call && each.media === media);
    const story = log.filter((each) => each.call === call).map((each) => JSON.stringify(each));
    assert.ok(heardAgain, `${call} is not heard again:\n${story.join('\n')}`);
  }
  await until('the node is back', async () => (await processOf(victim)).Health.Status === 'healthy');
  await untilNothingIsHeld();
});

test('control is replaced as README.md says: its calls go on', async (t) => {
  const heard = await said('echo heard');
  const calls = stack.phone(5, 9);
  await until('all are in echo', async () => (await said('echo heard')) >= heard + 5);
  await stack.compose(['kill', '--signal', 'SIGKILL', 'control']);
  await stack.compose(['up', '--wait', '--no-deps', '--force-recreate', 'control']);
  const line = await calls;
  t.diagnostic(line);
  assert.match(line, /^the 5 calls worked/);
  assert.equal(await said('call adopted'), 5);
  await untilNothingIsHeld();
});

test('media is scaled to three: each of them gets calls', async (t) => {
  await stack.compose(['up', '--wait', '--no-deps', '--no-recreate', '--scale', 'media=3', 'media']);
  await until('control knows three nodes', async () => {
    const { nodes } = await (await stack.fetch('control', 9101, '/nodes')).json();
    return nodes.filter((each) => each.state === 'up').length === 3;
  });
  const earlier = (await stack.log('control')).length;
  const line = await stack.phone(20, 2);
  t.diagnostic(line);
  assert.match(line, /^the 20 calls worked/);
  const nodes = saying((await stack.log('control')).slice(earlier), 'port leased').map((each) => each.node);
  assert.equal(new Set(nodes).size, 3);
});

test('a second Asterisk comes with its own control, on the same nodes', async () => {
  await stack.compose(['up', '--wait', '--no-deps', 'asterisk-west', 'control-west']);
  const lines = await Promise.all([stack.phone(3, 2), stack.phone(3, 2, 'asterisk-west')]);
  for (const line of lines) assert.match(line, /^the 3 calls worked/);
  assert.equal(await said('port leased', 'control-west'), 3);
  await untilNothingIsHeld();
});

test('the page of the second control shows the first one', async () => {
  const { peers } = await (await stack.fetch('control-west', 9101, '/peers')).json();
  assert.deepEqual(peers.map(({ url, problem, owner, state }) => [url, problem, owner, state]), [['http://control:9101', '', 'benari', 'serving']]);
});

test('a node is killed under calls of both: all are heard again', async () => {
  const sides = [['control', 'asterisk'], ['control-west', 'asterisk-west']];
  const heard = await Promise.all(sides.map(([control]) => said('echo heard', control)));
  const calls = sides.map(([, asterisk]) => stack.phone(6, 7, asterisk));
  for (const [side, [control]] of sides.entries()) {
    await until(`${control}'s are in echo`, async () => (await said('echo heard', control)) >= heard[side] + 6);
  }
  const [victim] = await stack.containers('media');
  await kill(victim);
  for (const line of await Promise.all(calls)) assert.match(line, /^the 6 calls worked/);
  await until('the node is back', async () => (await processOf(victim)).Health.Status === 'healthy');
  await untilNothingIsHeld();
});

// What the control of the first Asterisk says while something happens to the other side: calls, and nothing else.
async function untouched(disturb) {
  const earlier = (await stack.log('control')).length;
  const heard = await said('echo heard');
  const calls = stack.phone(3, 9);
  await until('all are in echo', async () => (await said('echo heard')) >= heard + 3);
  await disturb();
  assert.match(await calls, /^the 3 calls worked/);
  await untilNothingIsHeld();
  const warned = (await stack.log('control')).slice(earlier).filter(({ level }) => level !== 'info');
  assert.deepEqual(warned, []);
}

test('the other control is killed, and its calls are adopted: this one notices nothing', () => untouched(async () => {
  const heard = await said('echo heard', 'control-west');
  const calls = stack.phone(3, 9, 'asterisk-west');
  await until('all are in echo', async () => (await said('echo heard', 'control-west')) >= heard + 3);
  await stack.compose(['kill', '--signal', 'SIGKILL', 'control-west']);
  await stack.compose(['up', '--wait', '--no-deps', '--force-recreate', 'control-west']);
  assert.match(await calls, /^the 3 calls worked/);
  assert.equal(await said('call adopted', 'control-west'), 3);
}));

test('the other Asterisk is killed with its calls: this side notices nothing, nothing is left', () => untouched(async () => {
  const heard = await said('echo heard', 'control-west');
  for (const _ of [1, 2, 3]) await stack.asterisk('channel originate Local/3308487@default/n application Milliwatt', 'asterisk-west');
  await until('all are in echo', async () => (await said('echo heard', 'control-west')) >= heard + 3);
  await kill((await stack.containers('asterisk-west'))[0]);
  await until('its control says so', async () => (await said('Asterisk has ended, and all calls with it', 'control-west')) === 1);
  await until('it is back', async () => (await said('connected to Asterisk', 'control-west')) === 2);
  const [channels] = await stack.asterisk('core show channels count', 'asterisk-west');
  assert.equal(channels, '0 active channels');
}));

test('Prometheus sees every service', async () => {
  const wanted = ['control up', 'control up', 'media up', 'media up', 'media up'];
  let targets;
  await until('all targets are up', async () => {
    const { data } = await (await stack.fetch('prometheus', 9090, '/api/v1/targets')).json();
    targets = data.activeTargets.map(({ labels, health, lastError }) => `${labels.job} ${health}${lastError}`).sort();
    return targets.join() === wanted.join();
  }).catch(() => assert.deepEqual(targets, wanted));
  const owners = await stack.query('max by (owner) (benari_control_ari_connected)');
  assert.deepEqual(owners.map(({ metric }) => metric.owner).sort(), ['benari', 'west']);
});

test('every expression of the dashboard gives data, every alert rule is evaluated', async (t) => {
  const empty = [];
  for (const { panel, expr } of panelExpressions) {
    if (expr.includes('_tls_not_after_seconds')) continue; // no TLS in this stack; deploy.prometheus.served has it
    if ((await stack.query(expr)).length === 0) empty.push(`${panel}: ${expr}`);
  }
  assert.deepEqual(empty, []);
  const { data } = await (await stack.fetch('prometheus', 9090, '/api/v1/rules')).json();
  const rules = data.groups.flatMap((each) => each.rules);
  for (const { name, health, lastError } of rules) assert.equal(health, 'ok', `${name}: ${lastError}`);
  t.diagnostic(`${panelExpressions.length} expressions, ${rules.length} rules`);
});

test('nothing is left, and down leaves nothing', async (t) => {
  await untilNothingIsHeld();
  const log = await stack.log('control');
  assert.equal(saying(log, 'swept').length, 0);
  t.diagnostic(`down: ${await seconds(() => stack.compose(['--profile', 'farm', 'down', '--volumes']))} s`);
  const ofUs = ['--all', '--quiet', '--filter', `label=com.docker.compose.project=${stack.name}`];
  assert.equal(await engine.docker(['ps', ...ofUs]), '');
});
