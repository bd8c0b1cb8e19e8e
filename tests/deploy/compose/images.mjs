// The images that the stack is made of, on machines without a registry too.
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
