// What the manifests say against the binaries: flags, values, probes, metrics.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { containerOf, find, flagsOf, render, toArgs } from './manifests.mjs';
import { call, grpcProbe, message, run, start } from './processes.mjs';

const binaries = {
  'benari-control': process.env.BENARI_CONTROL_BINARY,
  'benari-media': process.env.BENARI_MEDIA_BINARY,
};
const pod = { 'metadata.name': 'benari-media-7d9f-x2x', 'status.podIP': '127.0.0.1' };
let folder;

// Files of Secrets, under the names that they have in the pod.
before(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'benari-k8s-'));
  writeFileSync(path.join(folder, 'password'), 'secret\n');
  const openssl = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', [...openssl, '-subj', '/CN=benari-media', '-addext', 'subjectAltName=DNS:benari-media',
    '-keyout', path.join(folder, 'tls.key'), '-out', path.join(folder, 'tls.crt')], { stdio: 'ignore' });
  writeFileSync(path.join(folder, 'ca.crt'), readFileSync(path.join(folder, 'tls.crt')));
});
after(() => rmSync(folder, { recursive: true }));

// Where a file or folder of a Secret is here, or the value of another flag.
function ofSecret(flag, value) {
  if (flag.endsWith('_dir')) return folder;
  return flag.endsWith('_file') ? path.join(folder, path.basename(value)) : value;
}

// The flags of a pod on this machine: its files from `folder`, its listening ports the kernel's choice.
function localFlags(kustomization, name, changes = {}) {
  const documents = render(kustomization);
  const flags = flagsOf(documents, find(documents, 'Deployment', name), pod);
  for (const [flag, value] of Object.entries(flags)) {
    flags[flag] = ofSecret(flag, value);
    if (flag.endsWith('_listen')) flags[flag] = '127.0.0.1:0';
  }
  return { ...flags, ...changes };
}
const mediaFlags = (kustomization) => localFlags(kustomization, 'benari-media', { grpc_advertise: '127.0.0.1:0' });

for (const kustomization of ['base', 'overlays/dev', 'overlays/prod', 'overlays/prod with bots', 'overlays/prod with farm']) {
  describe(kustomization, () => {
    for (const [name, binary] of Object.entries(binaries)) {
      test(`${name} has every flag, and takes every value`, async () => {
        const documents = render(kustomization);
        const deployment = find(documents, 'Deployment', name);
        assert.deepEqual(containerOf(deployment).args.filter((each) => !/^--[a-z_]+=/.test(each)), []);
        const flags = flagsOf(documents, deployment, pod);
        const { output: help } = await run(binary, ['--help']);
        const known = [...help.matchAll(/^ *--(\w+)=/gm)].map(([, flag]) => flag);
        assert.deepEqual(Object.keys(flags).filter((each) => !known.includes(each)), []);
        // Every mistake is listed, and this one keeps it from running.
        const files = Object.entries(flags).map(([flag, value]) => [flag, ofSecret(flag, value)]);
        const { code, output } = await run(binary, [...toArgs(Object.fromEntries(files)), '--no_such_flag=1']);
        assert.equal(code, 2);
        assert.equal(output.trim().split('\n').length, 1, output);
        assert.match(output, /no_such_flag/);
      });
    }

    test('the probes of media get the answers they want, from its start to its end', async () => {
      const { startupProbe, readinessProbe, livenessProbe } = containerOf(find(render(kustomization), 'Deployment', 'benari-media'));
      const node = start(binaries['benari-media'], toArgs(mediaFlags(kustomization)));
      try {
        const { health, grpc, metrics } = await node.logged('serving');
        const probe = ({ grpc: { service } }) => grpcProbe(health, service);
        for (const each of [startupProbe, readinessProbe, livenessProbe]) assert.ok(await probe(each));
        const scaledOn = (await (await fetch(`http://${metrics}/metrics`)).text()).match(/^benari_media_sessions_running 0/m);
        assert.ok(scaledOn, 'components/hpa-sessions scales on it');
        if (mediaFlags(kustomization).grpc_tls_cert_file) {
          await assert.rejects(call(grpc, 'grpc.health.v1.Health/Check', message({})), 'TLS only');
          return;
        }
        const owner = message({ 1: 'test', 2: 1 });
        const lease = message({ 1: owner, 2: 'a', 3: 100 });
        assert.equal((await call(grpc, 'benari.media.v1.Media/LeasePort', lease)).status, 0);
        const renewed = setInterval(() => call(grpc, 'benari.media.v1.Media/KeepAlive', message({ 1: owner, 2: 'a', 3: 120 })).catch(() => {}), 20);
        try {
          node.signal('SIGTERM');
          await node.logged('draining');
          assert.ok(!(await probe(readinessProbe)), 'gets no sessions');
          assert.ok(await probe(livenessProbe), 'is not killed for it');
        } finally {
          clearInterval(renewed);
        }
        assert.equal(await node.ended, 0, 'ends by itself when the last lease is gone');
      } finally {
        await node.kill();
      }
    });

    test('the probes of control tell a process without Asterisk from one that stands by', async () => {
      const { startupProbe, readinessProbe, livenessProbe } = containerOf(find(render(kustomization), 'Deployment', 'benari-control'));
      const [command, ...args] = readinessProbe.exec.command;
      const flags = localFlags(kustomization, 'benari-control', { ari_url: 'http://127.0.0.1:9/ari', media: '127.0.0.1:9' });
      delete flags.ari_ca_file;
      for (const [more, message_, ready] of [[[], 'serving', 1], [['--standby'], 'standing by', 0]]) {
        const control = start(binaries['benari-control'], [...toArgs(flags), ...more]);
        try {
          const { metrics } = await control.logged(message_);
          for (const { httpGet } of [startupProbe, livenessProbe]) {
            assert.equal((await fetch(`http://${metrics}${httpGet.path}`)).status, 200);
          }
          const here = args.map((each) => each.replace(/(--metrics_listen=).*/, `$1${metrics}`));
          const { code } = await run(binaries[path.basename(command)], here);
          assert.equal(code, ready, message_);
          control.signal('SIGTERM');
          assert.equal(await control.ended, 0);
        } finally {
          await control.kill();
        }
      }
    });
  });
}
