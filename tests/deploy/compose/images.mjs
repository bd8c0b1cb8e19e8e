// The images that the stack is made of, on machines without a registry too.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './command.mjs';

const more = fileURLToPath(new URL('base', import.meta.url));  // files of every base made here

const pull_timeout_ms = 120_000;

// True when the image is there, or can be had from its registry.
export async function have(engine, image) {
  if (await engine.hasImage(image)) return true;
  const { code } = await engine.tryDocker(['pull', '--quiet', image], { timeout_ms: pull_timeout_ms });
  return code === 0;
}

// Where a base cannot be had, a folder with that Debian takes its place.
export async function haveBases(engine) {
  const folders = {
    'debian:bookworm-slim': process.env.BENARI_BOOKWORM_ROOTFS,
    'debian:sid-slim': process.env.BENARI_ASTERISK_ROOTFS,
  };
  for (const [image, folder] of Object.entries(folders)) {
    if (await have(engine, image)) continue;
    if (!folder) throw new Error(`no image ${image}, and no folder to make it from: ./dev test deploy makes one`);
    const pipe = 'set -o pipefail; tar -c --exclude="./tmp/*" -C "$1" . -C "$2" ./etc/apt/apt.conf.d/stale-mirror | docker import - "$3"';
    await run('bash', ['-c', pipe, 'bash', folder, more, image], { environment: engine.environment, timeout_ms: 600_000 });
  }
}

// {context, dockerfile} in `folder`: the Dockerfile, with the stage that compiles replaced by the binaries that CMake has
// built on this machine, which is the Debian of the images.
export async function withBinaries(dockerfile, folder) {
  mkdirSync(folder);
  for (const name of ['control', 'media']) {
    const binary = process.env[`BENARI_${name.toUpperCase()}_BINARY`];
    await run('strip', ['-o', path.join(folder, `benari-${name}`), binary]);
  }
  const text = readFileSync(dockerfile, 'utf8');
  const [compiling] = text.match(/^FROM \S+ AS build\n[^]*?(?=^FROM )/m);
  const copying = 'FROM scratch AS build\nCOPY benari-control benari-media /\n\n';
  writeFileSync(path.join(folder, 'Dockerfile'), text.replace(compiling, copying));
  return { context: folder, dockerfile: 'Dockerfile' };
}

const most_bytes = 120e6;

// A service's image is small, runs as nobody, says whether it is healthy, and has its labels.
export async function checkImage(t, engine, name) {
  const [{ Size, Config }] = JSON.parse(await engine.docker(['image', 'inspect', `benari-${name}:test`]));
  t.diagnostic(`benari-${name}: ${(Size / 1e6).toFixed(1)} MB`);
  if (name !== 'asterisk') {
    assert.ok(Size < most_bytes, `${name}: ${Size} bytes`);
    assert.deepEqual(Config.Entrypoint, [`/benari-${name}`]);
  }
  assert.equal(Config.User, '65532:65532');
  assert.ok(Config.Healthcheck.Test.length > 1);
  assert.equal(Config.Labels['org.opencontainers.image.version'], 'test');
  assert.equal(Config.Labels['org.opencontainers.image.revision'], '0123abcd');
}
