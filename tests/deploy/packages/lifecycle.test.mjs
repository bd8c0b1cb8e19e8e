// The packages on a Debian 12 that systemd has booted, beside a real Asterisk: installed, configured, called, upgraded during
// calls, killed, hung, restarted, rebooted, removed, purged.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../compose/command.mjs';
import { Machine, inventory } from './machine.mjs';
import { pack } from './packing.mjs';

const readme = fileURLToPath(new URL('../../../deploy/systemd/README.md', import.meta.url));
const local = readFileSync(fileURLToPath(new URL('../../../deploy/asterisk/local/extensions.conf', import.meta.url)), 'utf8');
const folder = mkdtempSync(path.join(tmpdir(), 'benari-packages-'));
const old_version = '0.1.0+test1', new_version = '0.1.0+test2';
const many = 10;
let machine;
let before_install;

before(async () => {
  machine = await Machine.make({ asterisk: true });
  for (const each of [old_version, new_version])
    machine.bring(each, Object.values(await pack(path.join(folder, each), each)));
  await machine.boot();
  await installAsterisk();
});
after(async () => {
  await machine?.destroy();
  rmSync(folder, { recursive: true });
});

const shell = (text, options) => machine.shell(text, options);
const asterisk = (command) => shell(`asterisk -rx '${command}'`);
// As a package of Debian 12 would, if there were one. Its own echo stands for the destination.
const installAsterisk = () => shell(`
  printf '#!/bin/sh\nexec chroot /srv/asterisk /usr/sbin/asterisk "$@"\n' >/usr/sbin/asterisk && chmod +x /usr/sbin/asterisk
  groupadd --non-unique --gid "$(awk -F: '$1 == "asterisk" { print $3 }' /srv/asterisk/etc/group)" asterisk
  ln -s /srv/asterisk/etc/asterisk /etc/asterisk
  cat >/etc/systemd/system/asterisk.service <<'END'
[Service]
RootDirectory=/srv/asterisk
MountAPIVFS=yes
ExecStart=/usr/sbin/asterisk -f
END
  systemctl daemon-reload`);

const show = (unit, property) => shell(`systemctl show --property=${property} --value ${unit}`).then((text) => text.trim());
const mainPid = (unit) => show(unit, 'MainPID');
const journal = (unit, more = '') => shell(`journalctl --unit=${unit} --output=cat --no-pager ${more}`);
const calls = async () => JSON.parse(await shell('curl --silent --fail http://127.0.0.1:9101/calls')).calls;
const inProgress = async () => (await calls()).filter((each) => each.phase !== undefined);
const serves = () => until('control serves', async () => (await show('benari-control', 'StatusText')).startsWith('serving'));
const channels = async () => Number(/(\d+) active channel/.exec(await asterisk('core show channels count'))[1]);

// So many callers who say a tone; their ids once each of them is in `phase`.
async function call(count, phase) {
  for (let i = 0; i < count; ++i) await asterisk('channel originate Local/3308487@default/n application Milliwatt');
  return until(`${count} calls in ${phase}`, async () => {
    const there = (await inProgress()).filter((each) => each.phase === phase);
    return there.length === count && there.map((each) => each.id).sort();
  });
}

async function hangUpAll() {
  await asterisk('channel request hangup all');
  await until('no calls', async () => (await inProgress()).length === 0 && (await channels()) === 0);
}

const [, commands] = /^## From a Debian 12 .*?^```\n(.*?)^```$/ms.exec(readFileSync(readme, 'utf8'));
const [install, ...configure] = commands.trim().split('\n');

test('installed: media serves, control waits for its password', async () => {
  before_install = await shell(inventory);
  await shell(`cd /packages/${old_version} && ${install}`);
  assert.equal(await show('benari-media', 'ActiveState'), 'active');
  assert.match(await show('benari-media', 'StatusText'), /^serving: 0 of 500 ports in use/);
  assert.equal(await show('benari-control', 'ActiveState'), 'inactive');
  assert.equal(await show('benari-control', 'ConditionResult'), 'no');
});

test('ten commands of the README lead to the first call', async (t) => {
  assert.ok(configure.length < 10);
  for (const command of configure) t.diagnostic(`# ${command}\n${await shell(command)}`);
  assert.equal((await inProgress()).length, 1);
  await serves();
  await asterisk('channel request hangup all');
});

test('ready, although Asterisk is not there', async () => {
  await shell(`
    systemctl stop benari-control asterisk
    sed -i 's/^#destination = .*/destination = Local\\/echo@default\\/n/' /etc/benari/control.conf
    cat >>/etc/asterisk/extensions.conf <<'END'
${local}
END
    systemctl start benari-control`);
  assert.match(await show('benari-control', 'StatusText'), /^waiting for Asterisk: /);
  await shell('systemctl start asterisk');
  await serves();
});

test('a call: heard by media, and connected', async () => {
  const [id] = await call(1, 'echo');
  await until('its packets', async () => / [1-9]\d*$/m.exec(await shell('curl --silent http://127.0.0.1:9102/metrics | grep ^benari_media_rtp_packets_total') ?? ''));
  await until('the destination', async () => (await inProgress()).some((each) => each.id === id && each.phase === 'connected'));
  await hangUpAll();
});

test('upgraded during ten calls: each of them is connected', async () => {
  const ids = await call(many, 'echo');
  await shell(`cd /packages/${new_version} && ${install}`);
  const connected = await until('all are connected', async () => {
    const there = (await inProgress()).filter((each) => each.phase === 'connected');
    return there.length === many && there.map((each) => each.id).sort();
  });
  assert.deepEqual(connected, ids);
  const log = await journal('benari-control');
  assert.match(log, /^ended by SIGUSR1; calls are left to the next instance calls=10$/m);
  assert.equal(log.match(/^call adopted /gm).length, many);
  assert.match(await journal('benari-media'), /^drained$/m);
  await hangUpAll();
});

test('the journal has levels, and one time', async () => {
  const warnings = await journal('benari-control', '--priority=warning');
  assert.match(warnings, /^cannot connect to ARI events /m);
  assert.doesNotMatch(warnings, /^serving /m);
  assert.doesNotMatch(await journal('benari-control'), /^\d{4}-/m);
});

test('killed, or hanging, it is started again and adopts; a restart leaves the calls, a stop ends them', async () => {
  await shell(`
    mkdir -p /etc/systemd/system/benari-control.service.d
    printf '[Service]\\nWatchdogSec=2s\\n' >/etc/systemd/system/benari-control.service.d/watchdog.conf
    sed -i 's/^#echo_seconds = .*/echo_seconds = inf/; s/^#drain_seconds.*//' /etc/benari/control.conf
    echo 'drain_seconds = 1' >>/etc/benari/control.conf
    systemctl daemon-reload && systemctl restart benari-control`);
  await serves();
  const ids = await call(many, 'echo');
  const ends = { 'kill -KILL': 'killed', 'kill -STOP': 'hanging', 'systemctl restart benari-control #': 'restarted' };
  for (const [command, what] of Object.entries(ends)) {
    const pid = await mainPid('benari-control');
    await shell(`${command} ${pid}`);
    await until(`${what}: another process`, async () => ![pid, '0'].includes(await mainPid('benari-control')));
    await serves();
    assert.deepEqual(await until('the calls', async () => {
      const there = (await inProgress()).map((each) => each.id).sort();
      return there.length === many && there;
    }), ids, what);
  }
  assert.match(await journal('benari-control'), /Watchdog timeout/);
  await shell('systemctl stop benari-control');
  assert.equal(await channels(), 0);
  assert.equal(await show('benari-control', 'Result'), 'success');
});

test('wrong settings are listed, and not tried again', async () => {
  await shell(`echo 'max_cals = 1' >>/etc/benari/control.conf; systemctl start benari-control || true`);
  assert.equal(await show('benari-control', 'ActiveState'), 'failed');
  assert.equal(await show('benari-control', 'ExecMainStatus'), '2');
  assert.match(await journal('benari-control', '--priority=err'),
    /^\/etc\/benari\/control\.conf:\d+: max_cals = 1: accepted is one of the flags that --help lists$/m);
  await shell(`sed -i '/max_cals/d' /etc/benari/control.conf`);
});

test('a second control, of a file of its own', async () => {
  await shell(`
    sed 's/^#app = .*/app = voicebot2/; s/^#metrics_listen = .*/metrics_listen = 127.0.0.1:9201/' /etc/benari/control.conf >/etc/benari/control-berlin.conf
    cp -p /etc/benari/ari_password /etc/benari/ari_password-berlin
    systemctl enable --now benari-control@berlin`);
  await until('it serves', async () => (await show('benari-control@berlin', 'StatusText')).startsWith('serving'));
  assert.match(await journal('benari-control@berlin'), /^serving app=voicebot2 .* owner=berlin /m);
});

test('a reboot: everything is there again', async () => {
  await shell('systemctl poweroff').catch(() => {});
  await machine.ended();
  await machine.boot();
  await shell('systemctl start asterisk');
  await serves();
  await call(1, 'echo');
  await hangUpAll();
});

// Eight thousand bytes of silence; what is tried in the sandbox of the unit is the check, which needs no webhook.
test('a command says something in the sandbox, and Asterisk plays it', async () => {
  await shell(`
    cat >/usr/local/bin/say <<'END'
#!/bin/sh
{ printf 'RIFF\\144\\037\\0\\0WAVEfmt \\020\\0\\0\\0\\1\\0\\1\\0\\100\\037\\0\\0\\200\\076\\0\\0\\2\\0\\020\\0data\\100\\037\\0\\0'; head -c 8000 /dev/zero; } >"$1"
END
    chmod +x /usr/local/bin/say
    echo 'say_command = /usr/local/bin/say {file} {text}' >>/etc/benari/control.conf
    systemctl restart benari-control
    mkdir -p /srv/asterisk/var/lib/benari && mount --bind /var/lib/benari /srv/asterisk/var/lib/benari
    sed 's/^Type=.*/Type=oneshot/; s/^ExecStart=.*/& --check/; /^Restart/d; /^ExecStop/d; /^Watchdog/d' \\
      /lib/systemd/system/benari-control.service >/run/systemd/system/benari-check.service
    systemctl daemon-reload && systemctl start benari-check`);
  assert.match(await journal('benari-check'), /^ok +speech: --say_command makes a file, and Asterisk plays it$/m);
  assert.match(await shell('stat --format="%U %a %s" /var/lib/benari/say/*'), /^benari-control 644 8044$/m);
  await shell('umount /srv/asterisk/var/lib/benari; rm /usr/local/bin/say /run/systemd/system/benari-check.service');
});

test('removed: stopped; purged: nothing is left', async () => {
  await shell('dpkg --remove benari-control benari-media');
  assert.equal(await shell('systemctl list-units --no-legend --plain "benari-*" | wc -l'), '0\n');
  await shell('dpkg --purge benari-control benari-media && rm -r /etc/systemd/system/{asterisk.service,benari-control.service.d} /etc/asterisk /usr/sbin/asterisk && groupdel asterisk && systemctl daemon-reload');
  const lines = (text) => text.split('\n').filter((each) => !each.includes('asterisk'));
  assert.deepEqual(lines(await shell(inventory)), lines(before_install));
});
