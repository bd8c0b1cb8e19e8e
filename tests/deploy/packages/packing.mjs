// The Debian packages of the build's binaries: nothing is compiled.
import { readdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { run } from '../compose/command.mjs';

const build = process.env.BENARI_BUILD_DIR;
export const services = ['control', 'media'];
export const binary = (service) => path.join(build, service, `benari-${service}`);

// The packages of both services in a folder of their own, {control, media}; `debug`: with their -dbgsym beside them.
export async function pack(folder, version, { debug = false } = {}) {
  const how = debug ? [] : ['-D', 'CPACK_DEBIAN_DEBUGINFO_PACKAGE=OFF', '-D', 'CPACK_STRIP_FILES=ON'];
  await run('cpack', ['-G', 'DEB', '--config', path.join(build, 'CPackConfig.cmake'), '-B', folder, ...how],
    { environment: { BENARI_PACKAGE_VERSION: version, SOURCE_DATE_EPOCH: '1767225600' }, timeout_ms: 600_000 });
  for (const each of readdirSync(folder).filter((name) => name.endsWith('.ddeb')))
    renameSync(path.join(folder, each), path.join(folder, each.replace('.ddeb', '.deb')));
  return Object.fromEntries(services.map((each) => [each, path.join(folder, `benari-${each}_${version}_amd64.deb`)]));
}
