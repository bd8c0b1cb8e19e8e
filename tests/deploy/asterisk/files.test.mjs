// deploy/asterisk as files: what the trunk may reach, how the password is written.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../deploy/asterisk/', import.meta.url));
const read = (name) => readFileSync(path.join(folder, name), 'utf8');

// The lines of a context, without comments.
function linesOf(context) {
  const [, lines] = read('extensions.conf').replace(/;.*/g, '').split(new RegExp(`^\\[${context}\\]$`, 'm'));
  return lines.split(/^\[/m)[0].split('\n').map((each) => each.trim()).filter(Boolean);
}

test('what comes in over the trunk does not go out over it', () => {
  const [, context] = /^endpoint\/context = (\S+)$/m.exec(read('pjsip_wizard.conf'));
  assert.deepEqual(linesOf(context), ['exten => 3308487,1,Goto(default,3308487,1)']);
  assert.ok(linesOf('default').some((each) => each.includes('Dial(')), 'control dials in [default]');
});

// Runs `command` with /etc and /run in a scratch folder; ari_password.conf as it has become.
function written(command, password) {
  const scratch = mkdtempSync(path.join(tmpdir(), 'benari-asterisk-'));
  try {
    for (const each of ['etc/benari', 'etc/asterisk', 'run/asterisk', 'run/secrets']) mkdirSync(path.join(scratch, each), { recursive: true });
    for (const each of ['etc/benari', 'run/secrets']) writeFileSync(path.join(scratch, each, 'ari_password'), password);
    execFileSync('sh', ['-c', command.replaceAll(/\/(etc|run)\//g, `${scratch}/$1/`)]);
    const to = command.includes('/run/asterisk/') ? 'run' : 'etc';
    return readFileSync(path.join(scratch, to, 'asterisk/ari_password.conf'), 'utf8');
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

test('README.md and the image write any password so that Asterisk reads it', () => {
  const [readme] = /^echo "password = .*$/m.exec(read('README.md'));
  const image = read('entrypoint.sh').replace(/^exec .*$/m, '');
  for (const password of ['0123abc', 'a;b;c', 'a b#c', 'q"\'q']) {
    const line = `password = ${password.replaceAll(';', '\\;')}\n`;
    assert.equal(written(readme, `${password}\n`), line);
    assert.equal(written(image, password), line);
  }
});
