// The alert rules and the dashboard as files: promtool, names, what each alert says to do.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import YAML from 'yaml';
import { catalogue, folder, readme } from './catalogue.mjs';
import { alerts, dashboard, namesIn, panelExpressions } from './expressions.mjs';

const promtool = process.env.BENARI_PROMTOOL ?? 'promtool';
const known = ['control', 'media', 'Both'].flatMap((each) => [...catalogue(each).keys()]);
// A scalar stays the text that it is: `0x20` is twenty zeros, not 32.
const asWritten = { schema: 'failsafe' };
let scratch;

before(() => (scratch = mkdtempSync(path.join(tmpdir(), 'benari-rules-'))));
after(() => rmSync(scratch, { recursive: true }));

function runPromtool(...args) {
  const { status, stdout, stderr, error } = spawnSync(promtool, args, { encoding: 'utf8' });
  if (error) throw error;
  return { status, output: stdout + stderr };
}

test('promtool takes the rules, and each fires when it should', () => {
  const checked = runPromtool('check', 'rules', `${folder}alerts.yml`);
  assert.equal(checked.status, 0, checked.output);
  const tested = runPromtool('test', 'rules', `${folder}alerts_test.yml`);
  assert.equal(tested.status, 0, tested.output);
});

// Every expression is replaced; what promtool then says names the alerts whose change it noticed.
// The first case is the one in which all is well.
for (const [what, expr, cases, line] of [
  ['never', 'vector(0) > 1', Infinity, /exp: (?!nil)/],
  ['always', 'vector(1)', 1, /got: (?!nil)/],
]) {
  test(`alerts_test.yml notices an alert that ${what} fires`, () => {
    const broken = YAML.parse(readFileSync(`${folder}alerts.yml`, 'utf8'));
    for (const rule of broken.groups.flatMap((each) => each.rules)) rule.expr = expr;
    writeFileSync(path.join(scratch, 'alerts.yml'), YAML.stringify(broken));
    const tested = YAML.parse(readFileSync(`${folder}alerts_test.yml`, 'utf8'), asWritten);
    tested.tests = tested.tests.slice(0, cases);
    writeFileSync(path.join(scratch, 'alerts_test.yml'), YAML.stringify(tested, asWritten));
    const { status, output } = runPromtool('test', 'rules', path.join(scratch, 'alerts_test.yml'));
    assert.equal(status, 1, output);
    const noticed = output.split('\n').filter((each) => line.test(each)).join('\n');
    for (const { alert } of alerts) assert.ok(noticed.includes(`alertname="${alert}"`), alert);
  });
}

// Beside each case what the first case is of, with this label: an alert that fires has it too, of those that `names`.
function besideOneThatIsWell(label, has, names) {
  // What a sample is of, with one label more; input_series and exp_samples write it alike.
  const within = (value, series) => {
    const [, name, labels] = /^(\w+)(?:\{(.*)\})?$/.exec(series);
    return `${name}{${labels ? `${labels},` : ''}${label}="${value}"}`;
  };
  const tested = YAML.parse(readFileSync(`${folder}alerts_test.yml`, 'utf8'), asWritten);
  const all = (value, { series, values }) => ({ series: has(series) ? within(value, series) : series, values });
  const well = tested.tests[0].input_series.filter(({ series }) => has(series)).map((each) => all('well', each));
  const one = tested.tests.filter((each) => !each.input_series.some(({ series }) => /(namespace|owner)=/.test(series)));
  assert.ok(one.length > 10);
  for (const each of one) {
    each.input_series = [...each.input_series.map((input) => all('ill', input)), ...well];
    for (const { exp_samples } of each.promql_expr_test) {
      for (const sample of exp_samples) if (names(sample.labels)) sample.labels = within('ill', sample.labels);
    }
  }
  writeFileSync(path.join(scratch, 'alerts.yml'), readFileSync(`${folder}alerts.yml`));
  writeFileSync(path.join(scratch, 'beside.yml'), YAML.stringify({ ...tested, tests: one }, asWritten));
  const { status, output } = runPromtool('test', 'rules', path.join(scratch, 'beside.yml'));
  assert.equal(status, 0, output);
}

test('an alert of one namespace is not kept silent by another that is well', () =>
  besideOneThatIsWell('namespace', () => true, () => true));

// A node is everybody's: what is said of it names no owner.
test('an alert of one owner is not kept silent by another that is well, and names it', () => {
  const shared = /Benari(MediaNodeLost|PortsNearlyExhausted|MediaWorkerBusy|CertificateExpires|PacketLoss)/;
  besideOneThatIsWell('owner', (series) => /^benari_control_|^benari_media_leases/.test(series), (labels) => !shared.test(labels));
});

test('each alert says how bad it is, what it is, and where to read what to do', () => {
  assert.ok(alerts.length > 0);
  for (const { alert, labels, annotations } of alerts) {
    assert.match(labels.severity, /^(critical|warning)$/, alert);
    assert.ok(annotations.summary.length > 0 && annotations.summary.length < 100, alert);
    assert.ok(annotations.description.endsWith(`: deploy/prometheus/README.md#${alert.toLowerCase()}`), alert);
    assert.ok(readme.includes(`\n### ${alert}\n`), `${alert} has no section in deploy/prometheus/README.md`);
  }
});

test('every metric that is asked for is in the tables', () => {
  for (const { expr } of [...alerts, ...panelExpressions]) {
    const names = namesIn(expr);
    assert.ok(names.length > 0 || expr.includes('ALERTS'), expr);
    for (const name of names) assert.ok(known.includes(name), `${name} in ${expr}`);
  }
});

test('every metric is on the dashboard', () => {
  const shown = new Set(panelExpressions.flatMap(({ expr }) => namesIn(expr)));
  const elsewhere = ['process_virtual_memory_bytes'];
  assert.deepEqual(known.filter((each) => !shown.has(each) && !elsewhere.includes(each)), []);
});

test('whatever control tells is of the owners that were chosen', () => {
  const { query, multi, includeAll } = dashboard.templating.list.find(({ name }) => name === 'owner');
  assert.equal(query.query, 'label_values(benari_control_ari_connected, owner)');
  assert.ok(multi && includeAll);
  const asked = dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr]));
  for (const [title, expr] of asked) {
    for (const [, name, labels] of expr.matchAll(/\b(benari_control_\w+)(\{[^}]*\})?/g)) {
      assert.ok(labels?.includes('owner=~"$owner"'), `${title}: ${name}`);
    }
  }
});

test('the dashboard is whole', () => {
  assert.equal(dashboard.templating.list[0].type, 'datasource');
  const ids = dashboard.panels.map((each) => each.id);
  assert.equal(new Set(ids).size, ids.length, 'an id a panel');
  for (const { title, gridPos, targets } of dashboard.panels) {
    assert.ok(gridPos.x + gridPos.w <= 24, title);
    for (const { datasource } of targets ?? []) assert.equal(datasource.uid, '${datasource}', title);
  }
  const overlap = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
  dashboard.panels.forEach((one, i) =>
    dashboard.panels.slice(i + 1).forEach((other) =>
      assert.ok(!overlap(one.gridPos, other.gridPos), `${one.title} lies over ${other.title}`)));
});
