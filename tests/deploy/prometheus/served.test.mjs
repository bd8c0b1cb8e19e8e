// What both binaries serve, against the tables; what Prometheus makes of it, against dashboard and alerts.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { catalogue, differences, parse } from './catalogue.mjs';
import { alerts, panelExpressions } from './expressions.mjs';
import { Stage } from './stage.mjs';

const promtool = process.env.BENARI_PROMTOOL ?? 'promtool';
const calls = 8;
const stage = new Stage();

before(() => stage.run(calls));
after(() => stage.end());

// Without what prometheus-cpp's server tells about itself.
async function served(service) {
  const text = await (await fetch(`http://${stage.metrics[service]}/metrics`)).text();
  return text.replace(/^(# \w+ )?exposer_.*\n/gm, '');
}

for (const service of ['control', 'media']) {
  describe(service, () => {
    test('serves what the tables say, and nothing else', async () => {
      const listed = new Map([...catalogue(service), ...catalogue('Both')]);
      assert.ok(listed.size > 20);
      const found = parse(await served(service));
      if (service === 'control') for (const { labels } of listed.values()) labels.owner = ['benari'];
      assert.deepEqual(differences(listed, found), []);
    });

    test('promtool finds nothing to say about the names', async () => {
      const { status, stdout, stderr, error } = spawnSync(promtool, ['check', 'metrics'], {
        input: await served(service), encoding: 'utf8' });
      assert.ifError(error);
      assert.equal(stdout + stderr, '');
      assert.equal(status, 0);
    });

    test('says what it was built from, as --version does', async () => {
      const [, version, revision] = /^benari_build_info\{.*version="(.*?)",revision="(.*?)"/m.exec(await served(service));
      const binary = process.env[`BENARI_${service.toUpperCase()}_BINARY`];
      const { stdout, status } = spawnSync(binary, ['--version'], { encoding: 'utf8' });
      assert.equal(status, 0);
      assert.ok(stdout.startsWith(`benari-${service} ${version}, revision ${revision}, `), stdout);
      assert.match(version, /^\d+\.\d+\.\d+$/);
    });
  });
}

test('every expression of the dashboard has data', async () => {
  assert.ok(panelExpressions.length > 40);
  const empty = [];
  for (const { panel, expr } of panelExpressions) {
    const samples = await stage.query(expr);
    if (!samples.some(({ value }) => Number.isFinite(Number(value[1])))) empty.push(`${panel}: ${expr}`);
  }
  assert.deepEqual(empty, []);
});

test('every alert can be judged, and none was raised by these calls', async () => {
  for (const { expr } of alerts) await stage.query(expr);
  assert.deepEqual(await stage.query('ALERTS{alertstate="firing"}', stage.calls_ended_s), []);
  let rules = [];
  const deadline = Date.now() + 30000;
  while (rules.length === 0 || rules.some((each) => each.health === 'unknown')) {
    assert.ok(Date.now() < deadline, 'Prometheus evaluates the rules');
    await sleep(100);
    rules = (await stage.api('rules')).groups.flatMap((each) => each.rules);
  }
  assert.deepEqual(rules.map((each) => each.name).sort(), alerts.map((each) => each.alert).sort());
  for (const { name, health, lastError } of rules) assert.equal(health, 'ok', `${name}: ${lastError}`);
});
