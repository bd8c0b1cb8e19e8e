// What is in the packages, against the binaries, Debian's policy, and systemd.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { run, tryRun } from '../compose/command.mjs';
import { binary, pack, services } from './packing.mjs';

const version = '0.1.0+test1';
const folder = mkdtempSync(path.join(tmpdir(), 'benari-packages-'));
const root = path.join(folder, 'root');
const units = path.join(root, 'lib/systemd/system');
const most_exposed = 2.0;
let packages;

before(async () => {
  packages = await pack(path.join(folder, 'first'), version, { debug: true });
  mkdirSync(root);
  for (const each of services) await run('dpkg-deb', ['--extract', packages[each], root]);
});
after(() => rmSync(folder, { recursive: true }));

const read = (...names) => readFileSync(path.join(root, ...names), 'utf8');
const field = (deb, name) => run('dpkg-deb', ['--field', deb, name]).then((text) => text.trim());

test('two runs give the same bytes', async () => {
  const again = await pack(path.join(folder, 'second'), version, { debug: true });
  for (const each of services) {
    assert.ok(readFileSync(packages[each]).equals(readFileSync(again[each])), each);
    const [first, second] = [packages, again].map((all) => readFileSync(all[each].replace(`benari-${each}`, `benari-${each}-dbgsym`)));
    assert.ok(first.equals(second), `${each}-dbgsym`);
  }
});

test('lintian has nothing to say', async () => {
  const { code, output } = await tryRun('lintian', ['--allow-root', '--fail-on=warning', '--tag-display-limit=0', ...Object.values(packages)]);
  assert.equal(code, 0, output);
});

test('each package depends on what its binary links, and has a -dbgsym of it', async () => {
  for (const each of services) {
    assert.match(await field(packages[each], 'Depends'), /libgrpc\+\+1\.51.*libsystemd0|libsystemd0.*libgrpc\+\+1\.51/);
    assert.equal(await field(packages[each], 'Architecture'), 'amd64');
    const debug = packages[each].replace(`benari-${each}`, `benari-${each}-dbgsym`);
    const [, id] = /Build ID: (\w+)/.exec(await run('readelf', ['--notes', path.join(root, 'usr/sbin', `benari-${each}`)]));
    assert.match(await run('dpkg-deb', ['--contents', debug]), new RegExp(`build-id/${id.slice(0, 2)}/${id.slice(2)}\\.debug`));
  }
});

// {name: default} as --help has them.
async function flagsOf(service) {
  const help = await run(binary(service), ['--help']);
  return Object.fromEntries([...help.matchAll(/^ {2}--(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
}

for (const service of services) {
  test(`${service}.conf: what is commented out is a flag with its default, and is accepted`, async () => {
    const text = read('etc/benari', `${service}.conf`);
    const flags = await flagsOf(service);
    const settings = [...text.matchAll(/^#(\w+) =(.*)$/gm)];
    assert.ok(settings.length > 5);
    for (const [, name, value] of settings) assert.equal(value.trim(), flags[name], name);
    const file = path.join(folder, `${service}.conf`);
    writeFileSync(file, text.replace(/^#(\w+ =)/gm, '$1'));
    const { code, output } = await tryRun(binary(service), [`--config=${file}`, '--no_such_flag=1'],
      { environment: { BENARI_ARI_PASSWORD: 'x' } });
    assert.equal(code, 2);
    assert.equal(output, '--no_such_flag=1: accepted is one of the flags that --help lists\n');
  });

  test(`${service}'s man page names every flag`, async () => {
    const page = gunzipSync(readFileSync(path.join(root, `usr/share/man/man8/benari-${service}.8.gz`))).toString().replaceAll('\\-', '-');
    for (const flag of Object.keys(await flagsOf(service))) assert.match(page, new RegExp(`--${flag}\\b`));
    assert.match(page, /SIGNALS/);
  });
}

test('the units can do little', async (t) => {
  for (const unit of ['benari-control.service', 'benari-control@.service', 'benari-media.service']) {
    const rated = await run('systemd-analyze', ['security', '--offline=true', '--no-pager', path.join(units, unit)]);
    const [, exposure] = /Overall exposure level for \S+: ([\d.]+)/.exec(rated);
    t.diagnostic(`${unit}: ${exposure}`);
    assert.ok(Number(exposure) < most_exposed, rated);
  }
});

test('benari-control@.service differs from benari-control.service in names only', () => {
  const named = read('lib/systemd/system/benari-control@.service')
    .replace(' (%i)', '').replaceAll('-%i', '').replace(' --owner=%i', '');
  assert.equal(named, read('lib/systemd/system/benari-control.service'));
});

test('LimitNOFILE is enough for any range of ports', () => {
  const [, limit] = /^LimitNOFILE=(\d+)$/m.exec(read('lib/systemd/system/benari-media.service'));
  const [, others] = /kOtherFiles = (\d+);/.exec(readFileSync(new URL('../../../media/main.cc', import.meta.url), 'utf8'));
  assert.equal(Number(limit), 2 * 65535 + Number(others));
});
