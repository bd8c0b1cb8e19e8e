// The packages on a Debian 12 that systemd has booted, beside a real Asterisk: installed, configured, called, upgraded during
// calls, killed, hung, restarted, rebooted, removed, purged. One story, in order.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { until } from '../compose/command.mjs';
import { Machine, assertSame, inventory } from './machine.mjs';
import { pack } from './packing.mjs';

const source = (name) => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');
const [, commands] = /^## Install$.*?^```\n(.*?)^```$/ms.exec(source('README.md'));
const [install, ...configure] = commands.trim().split('\n');

const folder = mkdtempSync(path.join(tmpdir(), 'benari-packages-'));
const old_version = '0.1.0+test1', new_version = '0.1.0+test2';
const many = 10;
const services = ['benari-control', 'benari-media'];
const page = { 'benari-control': 9101, 'benari-control@berlin': 9201 };
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

const shell = (text) => machine.shell(text);
const asterisk = (command) => shell(`asterisk -rx '${command}'`);
// As a package of Debian 12 would, if there were one.
const installAsterisk = () => shell(`
  printf '#!/bin/sh\nexec chroot /srv/asterisk /usr/sbin/asterisk "$@"\n' >/usr/sbin/asterisk && chmod +x /usr/sbin/asterisk
  groupadd --non-unique --gid "$(awk -F: '$1 == "asterisk" { print $3 }' /srv/asterisk/etc/group)" asterisk
  ln -s /srv/asterisk/etc/asterisk /etc/asterisk
  printf '[Service]\nExecStart=/usr/sbin/asterisk -f\n[Install]\nWantedBy=multi-user.target\n' >/etc/systemd/system/asterisk.service
  systemctl enable --now asterisk`);

const show = (unit, property) => shell(`systemctl show --property=${property} --value ${unit}`).then((text) => text.trim());
const mainPid = (unit) => show(unit, 'MainPID');
const journal = (unit, more = '') => shell(`journalctl --sync && journalctl --unit=${unit} --output=cat --no-pager ${more}`);
const inProgress = async (unit = 'benari-control') =>
  JSON.parse(await shell(`curl --silent --fail http://127.0.0.1:${page[unit]}/calls`)).calls.filter((each) => each.phase !== undefined);
const serves = (unit = 'benari-control') =>
  until(`${unit} serves`, async () => (await show(unit, 'StatusText')).startsWith('serving'));
const channels = async () => Number(/(\d+) active channel/.exec(await asterisk('core show channels count'))[1]);

// The ids of so many callers, once each of them is in `phase`.
const callsIn = (phase, count, unit = 'benari-control') =>
  until(`${count} calls in ${phase}`, async () => {
    const there = (await inProgress(unit)).filter((each) => each.phase === phase);
    return there.length === count && there.map((each) => each.id).sort();
  });

// So many callers who say a tone and stay; their ids.
async function call(count, number = '3308487', unit = 'benari-control') {
  for (let i = 0; i < count; ++i) await asterisk(`channel originate Local/${number}@default/n application Milliwatt`);
  return callsIn('echo', count, unit);
}

async function hangUpAll() {
  await asterisk('channel request hangup all');
  await until('no channels', async () => await channels() === 0);
}

// The log of a media that no sandbox confines.
const unconfined = () => shell(`
  benari-media --grpc_listen=127.0.0.1:0 --metrics_listen=127.0.0.1:0 --rtp_port_min=30000 --rtp_port_max=30009 >/tmp/log 2>&1 & main=$!
  for i in $(seq 600); do grep -q ' I serving ' /tmp/log && break; sleep 0.1; done
  kill $main; wait $main; cat /tmp/log; rm /tmp/log`);
const engineIn = (log) => /^.*\bserving .* io_engine=(\w+)$/m.exec(log)[1];

test('installed: media serves, control waits for its password', async () => {
  before_install = await shell(inventory);
  await shell(`cd /packages/${old_version} && ${install}`);
  assert.equal(await show('benari-media', 'ActiveState'), 'active');
  assert.match(await show('benari-media', 'StatusText'), /^serving: 0 of 500 ports in use/);
  assert.equal(await journal('benari-media', '--priority=warning'), '');
  assert.equal(engineIn(await journal('benari-media')), engineIn(await unconfined()), 'the sandbox costs io_uring');
  assert.equal(await show('benari-control', 'ActiveState'), 'inactive');
  assert.equal(await show('benari-control', 'ConditionResult'), 'no');
});

test('the commands of README.md, ten at most, lead to the first call', async (t) => {
  assert.ok(configure.length < 10);
  const last = configure.at(-1);
  for (const command of configure.slice(0, -1)) {
    const said = await shell(command);
    t.diagnostic(`# ${command}\n${said}`);
    if (command.endsWith('--check')) assert.match(said, /^ok +audio to media .*\nok +audio from media .*$/m);
  }
  t.diagnostic(`# ${last}\n${await until('the call in what the last one prints', async () => {
    const said = await shell(last);
    return /^echo heard /m.test(said) && said;
  })}`);
  await hangUpAll();
});

test('ready, although Asterisk is not there', async () => {
  await shell(`
    systemctl stop benari-control asterisk
    sed -i 's/^#destination = .*/destination = Local\\/echo@default\\/n/' /etc/benari/control.conf
    cat >>/etc/asterisk/extensions.conf <<'END'
${source('deploy/asterisk/local/extensions.conf')}
exten => 3308488,1,Answer()
 same => n,Stasis(voicebot2,inbound)
END
    cat >>/etc/asterisk/pjsip.conf <<'END'
${source('deploy/asterisk/local/pjsip.conf')}
END
    systemctl start benari-control`);
  assert.match(await show('benari-control', 'StatusText'), /^waiting for Asterisk: /);
  await shell('systemctl start asterisk');
  await serves();
});

test('a phone hears itself', async (t) => {
  const said = await machine.phone();
  t.diagnostic(said);
  assert.match(said, /^the call worked: /);
});

test('a second control, of a file of its own', async () => {
  await shell(`
    sed 's/^#app = .*/app = voicebot2/; s/^#metrics_listen = .*/metrics_listen = 127.0.0.1:9201/' \\
      /etc/benari/control.conf >/etc/benari/control-berlin.conf
    cp -p /etc/benari/ari_password /etc/benari/ari_password-berlin
    systemctl enable --now benari-control@berlin`);
  assert.match(await show('benari-control@berlin', 'StatusText'), /^serving: /);
  assert.match(await journal('benari-control@berlin'), /^serving app=voicebot2 .* owner=berlin /m);
});

test('upgraded during ten calls, and one of the second control: each of them goes on', async (t) => {
  const pids = await Promise.all([...services, 'benari-control@berlin'].map(mainPid));
  const ofBerlin = await call(1, '3308488', 'benari-control@berlin');
  const phones = machine.phone(many, 'phone_waits');
  phones.catch(() => {});  // it is looked at below
  const ids = await callsIn('echo', many);
  await shell(`cd /packages/${new_version} && ${install}`);
  assert.match(await shell('dpkg-query --show benari-control benari-media'), /^(benari-\w+\t0\.1\.0\+test2\n){2}$/);
  assert.deepEqual(await callsIn('connected', many), ids);
  assert.deepEqual(await callsIn('connected', 1, 'benari-control@berlin'), ofBerlin);
  await hangUpAll();
  const said = await phones;
  t.diagnostic(said);
  assert.match(said, /^the 10 calls worked: /);
  const now = await Promise.all([...services, 'benari-control@berlin'].map(mainPid));
  for (const [i, pid] of pids.entries()) assert.notEqual(now[i], pid);
  const log = await journal('benari-control');
  assert.match(log, /^ended by SIGUSR1; calls are left to the next instance calls=10$/m);
  assert.equal(log.match(/^call adopted /gm).length, many);
  assert.match(await journal('benari-media'), /^drained$/m);
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
    sed -i 's/^#echo_seconds = .*/echo_seconds = inf/' /etc/benari/control.conf
    echo 'drain_seconds = 1' >>/etc/benari/control.conf
    systemctl daemon-reload && systemctl restart benari-control`);
  await serves();
  const ids = await call(many);
  const ends = { 'kill -KILL': 'killed', 'kill -STOP': 'hanging', 'systemctl restart benari-control #': 'restarted' };
  for (const [command, what] of Object.entries(ends)) {
    const pid = await mainPid('benari-control');
    await shell(`${command} ${pid}`);
    await until(`${what}: another process`, async () => ![pid, '0'].includes(await mainPid('benari-control')));
    await serves();
    assert.deepEqual(await callsIn('echo', many), ids, what);
  }
  assert.match(await journal('benari-control'), /Watchdog timeout/);
  await shell('systemctl stop benari-control');
  assert.equal(await channels(), 0);
  assert.equal(await show('benari-control', 'Result'), 'success');
});

test('media is killed, the only node: the one that is started again has its callers, and the next one', async () => {
  await shell('systemctl start benari-control');
  await serves();
  const ids = await call(many);
  const pid = await mainPid('benari-media');
  await shell(`kill -KILL ${pid}`);
  await until('another process', async () => ![pid, '0'].includes(await mainPid('benari-media')));
  await until(`${many} calls have other media`, async () =>
    (await journal('benari-control')).match(/^media replaced /gm)?.length === many);
  assert.deepEqual(await callsIn('echo', many), ids);
  await hangUpAll();
  await until('its node is up', async () => (await show('benari-control', 'StatusText')).endsWith('media nodes up: 1'));
  assert.match(await machine.phone(), /^the call worked: /);
});

test('a reload reads again, and says what', async () => {
  for (const each of services) {
    const pid = await mainPid(each);
    await shell(`systemctl reload ${each}`);
    const line = /^SIGHUP: .*$/m;
    await until(`${each} says it`, async () => line.test(await journal(each)));
    assert.equal(await mainPid(each), pid);
    assert.equal(await show(each, 'ActiveState'), 'active');
  }
});

test('wrong settings are listed, and not tried again', async () => {
  await shell(`echo 'max_cals = 1' >>/etc/benari/control.conf; systemctl restart benari-control || true`);
  assert.equal(await show('benari-control', 'ActiveState'), 'failed');
  assert.equal(await show('benari-control', 'ExecMainStatus'), '2');
  assert.match(await journal('benari-control', '--priority=err'),
    /^\/etc\/benari\/control\.conf:\d+: max_cals = 1: accepted is one of the flags that --help lists$/m);
  await shell(`sed -i '/max_cals/d; s/^echo_seconds = .*/echo_seconds = 7/' /etc/benari/control.conf`);
});

test('a reboot: everything is there again', async (t) => {
  await shell('systemctl poweroff').catch(() => {});
  await machine.ended();
  await machine.boot();
  await serves();
  await serves('benari-control@berlin');
  const said = await machine.phone();
  t.diagnostic(said);
  assert.match(said, /^the call worked: /);
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
  await shell('apt-get remove --yes benari-control benari-media');
  assert.equal(await shell('systemctl list-units --no-legend --plain "benari-*"'), '');
  assert.match(await shell('ls /etc/benari'), /^control\.conf$/m);
  await shell('apt-get purge --yes benari-control benari-media');
  await shell('rm -r /etc/systemd/system/benari-control.service.d && systemctl daemon-reload');
  assertSame(await shell(inventory), before_install);
});
