// What the documents say of one another: names, labels, ports, times.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { containerOf, find, flagsOf, folder, ofKind, podOf, render, selects } from './manifests.mjs';

const portOf = (endpoint) => Number(endpoint.split(':').at(-1));
const probesOf = (container) =>
  ['startupProbe', 'readinessProbe', 'livenessProbe'].map((name) => container[name]).filter(Boolean);

// "secret key" of each that README.md says how to make.
function secretsToMake() {
  const readme = readFileSync(path.join(folder, 'README.md'), 'utf8').replaceAll('\\\n', ' ');
  return [...readme.matchAll(/create secret generic (\S+)(.*)/g)].flatMap(([, name, options]) =>
    [...options.matchAll(/--from-file=([\w.]+)=/g)].map(([, key]) => `${name} ${key}`),
  );
}

for (const kustomization of ['base', 'overlays/dev', 'overlays/prod']) {
  describe(kustomization, () => {
    const documents = render(kustomization);
    const deployments = ofKind(documents, 'Deployment');
    const control = find(documents, 'Deployment', 'benari-control');
    const media = find(documents, 'Deployment', 'benari-media');
    const controlFlags = flagsOf(documents, control);
    const mediaFlags = flagsOf(documents, media);

    test('selectors find the pods they mean', () => {
      const pods = deployments.map((each) => each.spec.template.metadata.labels);
      const selectors = documents.flatMap(({ kind, metadata, spec }) => {
        if (kind === 'Service') return [[`Service ${metadata.name}`, spec.selector]];
        if (kind === 'NetworkPolicy') return [[`NetworkPolicy ${metadata.name}`, spec.podSelector.matchLabels]];
        if (kind === 'PodDisruptionBudget') return [[`PDB ${metadata.name}`, spec.selector.matchLabels]];
        if (kind !== 'Deployment') return [];
        const spread = (spec.template.spec.topologySpreadConstraints ?? []).map((each) => each.labelSelector);
        return [spec.selector, ...spread].map((each) => [`Deployment ${metadata.name}`, each.matchLabels]);
      });
      assert.ok(selectors.length >= 9);
      for (const [name, selector] of selectors) {
        const found = pods.filter((labels) => selects(selector, labels));
        assert.equal(found.length, 1, name);
        assert.equal(found[0]['app.kubernetes.io/name'], name.split(' ')[1]);
      }
    });

    test('everything has the recommended labels and one namespace', () => {
      const namespace = ofKind(documents, 'Namespace')[0];
      for (const { kind, metadata } of documents) {
        assert.equal(metadata.labels['app.kubernetes.io/part-of'], 'benari', `${kind} ${metadata.name}`);
        if (kind !== 'Namespace') assert.equal(metadata.namespace, namespace.metadata.name);
      }
      assert.equal(namespace.metadata.labels['pod-security.kubernetes.io/enforce'], 'restricted');
    });

    test('ConfigMaps and Secrets that are named exist', () => {
      const here = documents.flatMap(({ kind, metadata, data }) =>
        Object.keys(data ?? {}).map((key) => `${kind} ${metadata.name} ${key}`),
      );
      const known = new Set([...here, ...secretsToMake().map((each) => `Secret ${each}`)]);
      const anyKey = (start) => [...known].some((each) => each.startsWith(`${start} `));
      for (const deployment of deployments) {
        for (const { configMapRef } of containerOf(deployment).envFrom ?? []) {
          assert.ok(anyKey(`ConfigMap ${configMapRef.name}`), configMapRef.name);
        }
        for (const volume of podOf(deployment).volumes ?? []) {
          for (const { configMap, secret } of volume.projected?.sources ?? [volume]) {
            if (configMap) assert.ok(anyKey(`ConfigMap ${configMap.name}`), configMap.name);
            if (!secret) continue;
            const name = secret.secretName ?? secret.name;
            if (kustomization !== 'base') assert.ok(anyKey(`Secret ${name}`), name);
            for (const { key } of secret.items ?? []) assert.ok(known.has(`Secret ${name} ${key}`), key);
          }
        }
      }
      if (kustomization === 'base') return;  // its Secrets are the overlays' matter
      for (const deployment of [control, media]) {
        for (const [flag, value] of Object.entries(flagsOf(documents, deployment))) {
          if (!flag.endsWith('_file')) continue;
          const mount = containerOf(deployment).volumeMounts.find((each) => each.mountPath === path.dirname(value));
          const { secret } = podOf(deployment).volumes.find((each) => each.name === mount.name);
          assert.ok(known.has(`Secret ${secret.secretName} ${path.basename(value)}`), `--${flag}=${value}`);
        }
      }
    });

    test('settings all have a value', () => {
      for (const flags of [controlFlags, mediaFlags]) {
        for (const [flag, value] of Object.entries(flags)) {
          assert.doesNotMatch(value, /\$\((?!POD_)/, `--${flag}`);
        }
      }
    });

    test('ports are those that the flags open', () => {
      const ports = (deployment) => containerOf(deployment).ports.map((each) => each.containerPort).sort();
      const opened = [mediaFlags.grpc_listen, mediaFlags.health_listen, mediaFlags.metrics_listen];
      assert.deepEqual(ports(media), opened.map(portOf).sort());
      assert.deepEqual(ports(control), [portOf(controlFlags.metrics_listen)]);
      assert.equal(mediaFlags.grpc_advertise, `$(POD_IP):${portOf(mediaFlags.grpc_listen)}`);
      assert.equal(mediaFlags.rtp_advertise, '$(POD_IP)');
      for (const deployment of [control, media]) {
        const annotated = deployment.spec.template.metadata.annotations['prometheus.io/port'];
        assert.equal(Number(annotated), portOf(flagsOf(documents, deployment).metrics_listen));
      }
      for (const deployment of deployments) {
        const container = containerOf(deployment);
        const known = container.ports.flatMap((each) => [each.name, each.containerPort]);
        for (const probe of probesOf(container)) {
          const port = (probe.grpc ?? probe.httpGet ?? probe.tcpSocket)?.port;
          if (port !== undefined) assert.ok(known.includes(port), `probe ${port}`);
        }
      }
      for (const service of ofKind(documents, 'Service')) {
        const behind = find(documents, 'Deployment', service.metadata.name);
        for (const { port, targetPort } of service.spec.ports) {
          const named = containerOf(behind).ports.find((each) => each.name === targetPort);
          assert.equal(named?.containerPort, port, `Service ${service.metadata.name} ${targetPort}`);
        }
      }
    });

    test('control finds media by the headless Service, pods that end included', () => {
      const service = find(documents, 'Service', 'benari-media');
      assert.equal(service.spec.clusterIP, 'None');
      assert.equal(service.spec.publishNotReadyAddresses, true);
      assert.equal(controlFlags.media, `dns:///${service.metadata.name}:${service.spec.ports[0].port}`);
      if (controlFlags.media_tls_ca_file) assert.equal(controlFlags.media_tls_server_name, 'benari-media');
    });

    test('policies let in what is spoken, and nothing else', () => {
      const open = (name, direction) =>
        find(documents, 'NetworkPolicy', name).spec[direction].flatMap((rule) =>
          rule.ports.map(({ protocol, port, endPort }) => `${protocol} ${port}${endPort ? `-${endPort}` : ''}`),
        );
      const rtp = `UDP ${mediaFlags.rtp_port_min}-${mediaFlags.rtp_port_max}`;
      const grpc = `TCP ${portOf(mediaFlags.grpc_listen)}`;
      assert.deepEqual(open('benari-media', 'ingress'), [grpc, rtp, `TCP ${portOf(mediaFlags.metrics_listen)}`]);
      assert.deepEqual(open('benari-control', 'ingress'), [`TCP ${portOf(controlFlags.metrics_listen)}`]);
      const url = new URL(controlFlags.ari_url);
      assert.deepEqual(open('benari-control', 'egress'), ['UDP 53', 'TCP 53', grpc, `TCP ${url.port}`]);
      const asterisk = readFileSync(path.join(folder, '../asterisk/rtp.conf'), 'utf8');
      const [, start] = /^rtpstart = (\d+)/m.exec(asterisk);
      const [, end] = /^rtpend = (\d+)/m.exec(asterisk);
      assert.deepEqual(open('benari-media', 'egress'), [`UDP ${start}-${end}`]);
      assert.ok(Number(end) < Number(mediaFlags.rtp_port_min));
    });

    test('grace periods add up', () => {
      const grace = (deployment) => podOf(deployment).terminationGracePeriodSeconds;
      const waits = (deployment) => containerOf(deployment).lifecycle.preStop.sleep.seconds;
      const spare = 10;
      assert.ok(grace(media) >= waits(media) + Number(mediaFlags.drain_seconds) + spare);
      const hangUps = (4 * Number(controlFlags.ari_timeout_ms)) / 1000;
      assert.ok(grace(control) >= waits(control) + Number(controlFlags.drain_seconds) + hangUps + spare);
      // A session gets its echo, and an old node stays until control has looked for new ones.
      assert.ok(Number(mediaFlags.drain_seconds) > Number(controlFlags.echo_seconds));
      assert.ok(waits(media) >= 10 && media.spec.minReadySeconds >= 10);
    });

    test('control takes over before the old one goes, and the two do not fight', () => {
      assert.deepEqual(control.spec.strategy.rollingUpdate, { maxSurge: 1, maxUnavailable: 0 });
      assert.equal(controlFlags.when_replaced, 'stand_by');
    });

    test('probes of media differ in what they ask', () => {
      const { startupProbe, readinessProbe, livenessProbe } = containerOf(media);
      assert.equal(startupProbe.grpc.service, 'live');
      assert.equal(readinessProbe.grpc.service, 'benari.media.v1.Media');
      assert.equal(livenessProbe.grpc.service, 'live');
      for (const probe of [startupProbe, readinessProbe, livenessProbe]) {
        assert.equal(probe.grpc.port, portOf(mediaFlags.health_listen), 'kubelet speaks no TLS');
      }
    });

    test('pods are what the restricted profile asks for, and small', () => {
      for (const deployment of deployments) {
        const pod = podOf(deployment);
        const container = containerOf(deployment);
        assert.equal(pod.automountServiceAccountToken, false);
        assert.equal(pod.enableServiceLinks, false);
        assert.equal(pod.securityContext.runAsNonRoot, true);
        assert.equal(pod.securityContext.runAsUser, 65532);
        assert.equal(pod.securityContext.seccompProfile.type, 'RuntimeDefault');
        assert.deepEqual(container.securityContext, {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        assert.ok(container.resources.requests.cpu && container.resources.requests.memory);
        assert.ok(container.resources.limits.memory);
      }
    });
  });
}

test('the autoscaler owns the number of media pods where there is one', () => {
  for (const kustomization of ['base', 'overlays/dev', 'overlays/prod']) {
    const documents = render(kustomization);
    const scaler = find(documents, 'HorizontalPodAutoscaler', 'benari-media');
    const { replicas } = find(documents, 'Deployment', 'benari-media').spec;
    assert.equal(replicas === undefined, scaler !== undefined, kustomization);
    if (scaler) assert.ok(scaler.spec.minReplicas >= 2);
  }
});

test('no line of dev is taken for production', () => {
  assert.equal(ofKind(render('overlays/prod'), 'Secret').length, 0);
  const dev = render('overlays/dev');
  assert.match(ofKind(dev, 'Namespace')[0].metadata.name, /-dev$/);
});
