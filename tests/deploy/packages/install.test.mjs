// The packages installed into a Debian 12 without systemd running: files, users, the units' commands as they are written,
// and what is left after a purge.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Machine, assertSame, inventory } from './machine.mjs';
import { pack } from './packing.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'benari-packages-'));
let machine;
let before_install;

before(async () => {
  machine = await Machine.make();
  machine.bring('test', Object.values(await pack(path.join(folder, 'debs'), '0.1.0+test1')));
});
after(async () => {
  await machine.destroy();
  rmSync(folder, { recursive: true });
});

async function inside(text) {
  const { code, output } = await machine.chroot(text);
  assert.equal(code, 0, output);
  return output;
}

test('both are installed, each with a user of its own, and enabled', async () => {
  before_install = await inside(inventory);
  await inside('dpkg --install /packages/test/*.deb');
  const said = await inside(`
    getent passwd benari-control benari-media
    readlink /etc/systemd/system/multi-user.target.wants/benari-{control,media}.service
    dpkg-query --show --showformat '\${Conffiles}\\n' benari-control benari-media
    stat --format '%n %a %U' /etc/benari /etc/benari/*.conf /usr/sbin/benari-*
    ls /usr/share/doc/benari-control/examples/asterisk
    cd /etc && benari-control --version && benari-media --version`);
  for (const each of ['control', 'media']) {
    assert.match(said, new RegExp(`^benari-${each}:x:\\d+:\\d+:[^:]+:/:/usr/sbin/nologin$`, 'm'));
    assert.match(said, new RegExp(`^/lib/systemd/system/benari-${each}.service$`, 'm'));
    assert.match(said, new RegExp(`^ /etc/benari/${each}.conf [0-9a-f]{32}$`, 'm'));
    assert.match(said, new RegExp(`^/etc/benari/${each}.conf 644 root$`, 'm'));
    assert.match(said, new RegExp(`^benari-${each} 0\\.1\\.0, revision `, 'm'));
  }
  assert.match(said, /^extensions\.conf$/m);
});

test('systemd understands the units', async () => {
  assert.equal(await inside('systemd-analyze verify --man=no benari-control.service benari-control@berlin.service benari-media.service'), '');
});

// In place of systemd: the user, the credentials' folder, no socket to report to.
const as_written = (unit, user) => `
  command=$(sed -n 's/^ExecStart=//p' /lib/systemd/system/${unit}.service)
  mkdir -p /run/credentials && echo secret >/run/credentials/ari_password && chmod -R a+rX /run/credentials
  exec setpriv --reuid=${user} --regid=${user} --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all \\
    $(echo "$command" | sed 's#%d#/run/credentials#')`;

test('the command of each unit runs as its user, with the settings as installed', async () => {
  for (const each of ['control', 'media']) {
    const { output } = await machine.chroot(`
      (${as_written(`benari-${each}`, `benari-${each}`)}) >/tmp/log 2>&1 & main=$!
      for i in $(seq 600); do grep -q ' I serving ' /tmp/log && break; kill -0 $main || break; sleep 0.1; done
      kill -TERM $main; wait $main; echo "ended with $?"; cat /tmp/log`);
    assert.match(output, / I serving /);
    assert.match(output, /^ended with 0$/m, output);
  }
});

test('an upgrade keeps what was changed in /etc, and a purge leaves nothing', async () => {
  await inside(`
    sed -i 's/^#max_calls = .*/max_calls = 7/' /etc/benari/control.conf
    echo secret >/etc/benari/ari_password && cp /etc/benari/control.conf /etc/benari/control-berlin.conf
    dpkg --install /packages/test/*.deb && grep -x 'max_calls = 7' /etc/benari/control.conf`);
  await inside('dpkg --remove benari-control benari-media && ls /etc/benari/control.conf');
  await inside('dpkg --purge benari-control benari-media');
  assertSame(await inside(inventory), before_install);
});
