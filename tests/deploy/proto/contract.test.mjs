// The contract is lint clean, and breaks nobody who was built for the last release.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const proto = fileURLToPath(new URL('../../../proto', import.meta.url));
const released = path.join(proto, 'released/benari.media.v1.binpb');
const file = 'benari/media/v1/media.proto';
let scratch;

before(() => (scratch = mkdtempSync(path.join(tmpdir(), 'benari-proto-'))));
after(() => rmSync(scratch, { recursive: true }));

function buf(...args) {
  const command = fileURLToPath(import.meta.resolve('@bufbuild/buf/bin/buf'));
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [command, ...args], { encoding: 'utf8' });
  if (error) throw error;
  return { status, output: stdout + stderr };
}

// A copy of the contract with one change.
function changed(from, to) {
  const folder = path.join(scratch, String(Math.random()));
  for (const each of ['buf.yaml', file]) cpSync(path.join(proto, each), path.join(folder, each));
  const text = readFileSync(path.join(folder, file), 'utf8');
  assert.match(text, from);
  writeFileSync(path.join(folder, file), text.replace(from, to));
  return folder;
}

test('lint finds nothing', () => {
  assert.deepEqual(buf('lint', proto), { status: 0, output: '' });
});

test('lint finds a name that is none', () => {
  const { status, output } = buf('lint', changed(/uint32 ttl_ms = 3;/, 'uint32 ttlMs = 3;'));
  assert.notEqual(status, 0);
  assert.match(output, /ttlMs.*lower_snake_case/);
});

test('whoever was built for the last release is understood', () => {
  assert.deepEqual(buf('breaking', proto, '--against', released), { status: 0, output: '' });
});

for (const [what, from, to, said] of [
  ['a field that is gone', / {2}uint32 payload_type = 5;.*\n/, '', /field "5"/],
  ['a field with another number', /string lease_id = 2;/, 'string lease_id = 9;', /field "2"/],
  ['a field of another type', /uint32 ttl_ms = 3;/, 'string ttl_ms = 3;', /type from "uint32" to "string"/],
  ['an rpc that is gone', /rpc StopSession\(.*\n/, '', /RPC "StopSession"/],
  ['a value of an enum that means something else', /DIAGNOSIS_STRANGER = 2/, 'DIAGNOSIS_FOREIGNER = 2', /"2".*DIAGNOSIS/],
  ['a service of another name', /service Media /, 'service MediaService ', /service "Media"/],
]) {
  test(`${what} is found`, () => {
    const { status, output } = buf('breaking', changed(from, to), '--against', released);
    assert.notEqual(status, 0, output);
    assert.match(output, said);
  });
}

test('a new field breaks nobody', () => {
  const grown = changed(/(message LeasePortRequest \{)/, '$1\n  string wish = 4;');
  assert.deepEqual(buf('breaking', grown, '--against', released), { status: 0, output: '' });
});

// grpcurl asks for descriptors by reflection; those of C++ servers have no json_name, so that it prints a field's own name.
test('the sample in deploy/OBSERVING.md has the names that grpcurl prints', () => {
  const readme = readFileSync(path.join(proto, '../deploy/OBSERVING.md'), 'utf8');
  const sample = JSON.parse(/^\{\n[^]*?^\}$/m.exec(readme)[0]);
  const fields = new Set([...readFileSync(path.join(proto, file), 'utf8').matchAll(/ (\w+) = \d+;/g)].map(([, name]) => name));
  const names = [];
  // The names in a map are its users'.
  JSON.stringify(sample, (name, value) => (names.push(name), name === 'parameters' ? {} : value));
  assert.deepEqual(names.filter((each) => /[a-z]/i.test(each) && !fields.has(each)), []);
  assert.ok(names.includes('lease_id'));
});
