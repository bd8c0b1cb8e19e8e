// What the documents say of one another: names, labels, ports, times.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import {
  containerOf, find, flagsOf, folder, kustomizations, ofKind, podOf, render, selects, third, workload, workloadsOf,
} from './manifests.mjs';

const portOf = (endpoint) => Number(endpoint.split(':').at(-1));
const probesOf = (container) =>
  ['startupProbe', 'readinessProbe', 'livenessProbe'].map((name) => container[name]).filter(Boolean);

// What media is let out to for the bots that --bot_allow names: their names, and the ports of their URLs.
function toBots({ bot_allow }) {
  const urls = bot_allow.split(',').filter((each) => each !== 'private').map((each) => new URL(each));
  const ports = urls.map(({ protocol, port }) => port || { 'ws:': 80, 'wss:': 443 }[protocol]);
  return ['UDP 53', 'TCP 53', ...new Set(ports.map((port) => `TCP ${port}`))];
}

// "secret key" of each that README.md says how to make.
function secretsToMake() {
  const readme = readFileSync(path.join(folder, 'README.md'), 'utf8').replaceAll('\\\n', ' ');
  return [...readme.matchAll(/create secret generic (\S+)(.*)/g)].flatMap(([, name, options]) =>
    [...options.matchAll(/--from-file=([\w.]+)=/g)].map(([, key]) => `${name} ${key}`),
  );
}

for (const kustomization of kustomizations) {
  describe(kustomization, () => {
    const documents = render(kustomization);
    const workloads = workloadsOf(documents);
    const control = workload(documents, 'benari-control');
    const controls = workloads.filter((each) => each.metadata.labels['app.kubernetes.io/component'] === 'control');
    const media = workload(documents, 'benari-media');
    const onMachines = podOf(media).hostNetwork === true;
    const controlFlags = flagsOf(documents, control);
    const mediaFlags = flagsOf(documents, media);

    test('selectors find the pods they mean', () => {
      const pods = workloads.map((each) => each.spec.template.metadata.labels);
      const selectors = documents.flatMap(({ kind, metadata, spec }) => {
        if (kind === 'Service') return [[`Service ${metadata.name}`, spec.selector]];
        if (kind === 'NetworkPolicy') return [[`NetworkPolicy ${metadata.name}`, spec.podSelector.matchLabels]];
        if (kind === 'PodDisruptionBudget') return [[`PDB ${metadata.name}`, spec.selector.matchLabels]];
        if (!workloads.some((each) => each.kind === kind)) return [];
        const { labels } = spec.template.metadata;
        const spread = (spec.template.spec.topologySpreadConstraints ?? []).map(({ labelSelector, matchLabelKeys }) => {
          const keys = matchLabelKeys.filter((key) => key in labels);
          return { matchLabels: { ...labelSelector.matchLabels, ...Object.fromEntries(keys.map((key) => [key, labels[key]])) } };
        });
        return [spec.selector, ...spread].map((each) => [`${kind} ${metadata.name}`, each.matchLabels]);
      });
      assert.ok(selectors.length >= 8);
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
      // What is enforced, and nothing stricter, is warned of, or each `kubectl apply` warns of what is meant.
      for (const what of ['enforce', 'warn', 'audit']) {
        const profile = namespace.metadata.labels[`pod-security.kubernetes.io/${what}`];
        assert.equal(profile, onMachines ? 'privileged' : 'restricted', what);
      }
    });

    test('ConfigMaps and Secrets that are named exist', () => {
      const here = documents.flatMap(({ kind, metadata, data }) =>
        Object.keys(data ?? {}).map((key) => `${kind} ${metadata.name} ${key}`),
      );
      const made = secretsToMake();
      const likewise = made.map((each) => each.replace('-west', '-north'));  // a third Asterisk's
      const known = new Set([...here, ...[...made, ...likewise].map((each) => `Secret ${each}`)]);
      const anyKey = (start) => [...known].some((each) => each.startsWith(`${start} `));
      for (const deployment of workloads) {
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
      for (const deployment of [...controls, media]) {
        for (const [flag, value] of Object.entries(flagsOf(documents, deployment))) {
          if (!flag.endsWith('_file')) continue;
          const mount = containerOf(deployment).volumeMounts.find((each) => each.mountPath === path.dirname(value));
          const { secret } = podOf(deployment).volumes.find((each) => each.name === mount.name);
          assert.ok(known.has(`Secret ${secret.secretName} ${path.basename(value)}`), `--${flag}=${value}`);
        }
      }
    });

    test('settings all have a value', () => {
      for (const flags of [...controls, media].map((each) => flagsOf(documents, each))) {
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
      for (const deployment of workloads) {
        const container = containerOf(deployment);
        const known = container.ports.flatMap((each) => [each.name, each.containerPort]);
        for (const probe of probesOf(container)) {
          const port = (probe.grpc ?? probe.httpGet ?? probe.tcpSocket)?.port;
          if (port !== undefined) assert.ok(known.includes(port), `probe ${port}`);
        }
      }
      for (const service of ofKind(documents, 'Service')) {
        const behind = workload(documents, service.metadata.name);
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
      for (const each of controls) {
        const { metrics_listen, ari_url, peers } = flagsOf(documents, each);
        const page = `TCP ${portOf(metrics_listen)}`;
        const others = peers ? [page] : [];
        assert.deepEqual(open(each.metadata.name, 'ingress'), [page, ...others]);
        assert.deepEqual(open(each.metadata.name, 'egress'), ['UDP 53', 'TCP 53', grpc, `TCP ${new URL(ari_url).port}`, ...others]);
      }
      const asterisk = readFileSync(path.join(folder, '../asterisk/rtp.conf'), 'utf8');
      const [, start] = /^rtpstart = (\d+)/m.exec(asterisk);
      const [, end] = /^rtpend = (\d+)/m.exec(asterisk);
      assert.deepEqual(open('benari-media', 'egress'), [`UDP ${start}-${end}`, ...(mediaFlags.bot_allow ? toBots(mediaFlags) : [])]);
      assert.ok(Number(end) < Number(mediaFlags.rtp_port_min));
    });

    test('media reads what identifies it to bots from an optional Secret', () => {
      assert.equal('bot_credentials_dir' in mediaFlags, 'bot_allow' in mediaFlags);
      if (!mediaFlags.bot_allow) return;
      const mount = containerOf(media).volumeMounts.find((each) => each.mountPath === mediaFlags.bot_credentials_dir);
      const { secret } = podOf(media).volumes.find((each) => each.name === mount.name);
      assert.equal(secret.optional, true, 'a bot that asks for nothing needs none');
      assert.ok(secretsToMake().some((each) => each.startsWith(`${secret.secretName} `)), secret.secretName);
      assert.equal(kustomization.includes('bots'), true);
    });

    test('control is let out to media, be its address a pod\'s or a machine\'s', () => {
      const [letIn] = find(documents, 'NetworkPolicy', 'benari-media').spec.ingress;
      for (const { metadata, spec } of controls) {
        const rules = find(documents, 'NetworkPolicy', metadata.name).spec.egress.filter(({ ports }) =>
          ports.some(({ port }) => port === portOf(mediaFlags.grpc_listen)));
        const pods = rules.flatMap(({ to }) => to ?? []).map(({ podSelector }) => podSelector.matchLabels);
        if (onMachines) {
          assert.ok(rules.some(({ to }) => to === undefined), 'no podSelector finds a pod on the machine\'s network');
        } else {
          assert.ok(pods.some((each) => selects(each, media.spec.template.metadata.labels)));
        }
        assert.ok(letIn.from.some(({ podSelector }) => selects(podSelector.matchLabels, spec.template.metadata.labels)));
      }
    });

    test('pods are spread over what every machine has a label of', () => {
      const keys = (each) => (podOf(each).topologySpreadConstraints ?? []).map(({ topologyKey }) => topologyKey);
      const zones = kustomization.includes('spread-zones') ? ['topology.kubernetes.io/zone'] : [];
      if (!onMachines) assert.deepEqual(keys(media), ['kubernetes.io/hostname', ...zones]);
      // A machine without all of the keys is left out of the score.
      for (const each of workloads) assert.ok(keys(each).every((key) => ['kubernetes.io/hostname', ...zones].includes(key)));
    });

    test('a roll-out of media gets to its end, whatever the number of machines', () => {
      const { kind, spec } = media;
      if (!onMachines) {
        assert.equal(kind, 'Deployment');
        assert.deepEqual(spec.strategy.rollingUpdate, { maxSurge: 1, maxUnavailable: 0 });
        return;
      }
      // One pod a machine: a DaemonSet needs no machine to spare, and nobody asks for more pods than machines.
      assert.equal(kind, 'DaemonSet');
      assert.deepEqual(spec.updateStrategy, { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } });
      assert.equal(spec.strategy, undefined);
      assert.equal(podOf(media).affinity, undefined);
      assert.ok(podOf(media).nodeSelector, 'the machines are chosen by a label');
      for (const other of ['HorizontalPodAutoscaler', 'PodDisruptionBudget']) {
        assert.equal(find(documents, other, 'benari-media'), undefined, `a ${other} cannot act on a DaemonSet`);
      }
    });

    test('a roll-out that does not get on is said within minutes, and a wrong value by `describe`', () => {
      for (const { kind, metadata, spec } of workloads) {
        if (kind === 'Deployment') {
          const ends = spec.template.spec.terminationGracePeriodSeconds + (spec.minReadySeconds ?? 0);
          assert.ok(spec.progressDeadlineSeconds > ends, `${metadata.name} may wait for the machine of a pod that ends`);
          assert.ok(spec.progressDeadlineSeconds < 600, `${metadata.name} says so earlier than by default`);
        }
        for (const container of spec.template.spec.containers) {
          assert.equal(container.terminationMessagePolicy, 'FallbackToLogsOnError', metadata.name);
        }
      }
    });

    test('the autoscaler adds a node before the ports of those that are there are used up', () => {
      const { spec } = find(documents, 'HorizontalPodAutoscaler', 'benari-media') ?? {};
      if (!spec) return;
      const ports = Number(mediaFlags.rtp_port_max) - Number(mediaFlags.rtp_port_min) + 1;
      const tolerance = 1.1;  // of Kubernetes' autoscaler
      const most = 0.7 * ports;
      const [{ type, resource, pods }] = spec.metrics;
      if (type === 'Pods') {
        assert.ok(Number(pods.target.averageValue) * tolerance <= most);
        return;
      }
      // With the cheapest session that README.md measured, the other engine's is reached earlier.
      const [, cheapest] = /([\d.]+)m with `--io_engine=io_uring`/.exec(readFileSync(path.join(folder, 'README.md'), 'utf8'));
      const requested = parseFloat(containerOf(media).resources.requests.cpu);
      const sessions = (requested * resource.target.averageUtilization * tolerance) / 100 / Number(cheapest);
      assert.ok(sessions <= most, `${sessions} sessions of ${ports} ports`);
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
      // kubeadm's CoreDNS: ttl 30, cache 30; control asks every 2 s, an EndpointSlice takes a moment.
      const dns = 30 + 5;
      assert.ok(waits(media) >= dns && media.spec.minReadySeconds >= dns);
    });

    test('each Asterisk has a control, whose owner, password and RTP are its own', () => {
      const flags = controls.map((each) => flagsOf(documents, each));
      const differ = (values, what) => assert.equal(new Set(values).size, controls.length, `${what}: ${values}`);
      differ(flags.map(({ owner }) => owner), 'owner');
      differ(flags.map(({ ari_url }) => ari_url), 'ari_url');
      differ(controls.map((each) => podOf(each).volumes.find(({ name }) => name === 'ari').secret.secretName), 'Secret');
      const toAsterisk = controls.map(({ metadata }, i) => {
        const { egress } = find(documents, 'NetworkPolicy', metadata.name).spec;
        const { to } = egress.find(({ ports }) => ports[0].port === Number(new URL(flags[i].ari_url).port));
        return JSON.stringify(to);
      });
      differ(toAsterisk, 'address');
      const { ingress, egress } = find(documents, 'NetworkPolicy', 'benari-media').spec;
      assert.deepEqual(ingress[1].from.map((each) => JSON.stringify([each])).sort(), [...toAsterisk].sort());
      assert.deepEqual(egress[0].to, ingress[1].from);
      assert.equal(controls.length, kustomization.includes(third) ? 3 : kustomization.includes('farm') ? 2 : 1);
      for (const { metadata, spec } of controls) {
        assert.ok(find(documents, 'Service', metadata.name), metadata.name);
        assert.equal(find(documents, 'PodDisruptionBudget', metadata.name).spec.maxUnavailable, 1);
        assert.equal(spec.replicas, control.spec.replicas);
      }
    });

    test('the pages of all controls show one another', () => {
      const services = controls.map(({ metadata }) => find(documents, 'Service', metadata.name));
      const urls = services.map(({ metadata, spec }) => `http://${metadata.name}:${spec.ports[0].port}`);
      for (const each of controls) {
        const peers = flagsOf(documents, each).peers?.split(',') ?? [];
        assert.deepEqual([...peers].sort(), controls.length > 1 ? [...urls].sort() : []);
        for (const direction of ['ingress', 'egress']) {
          const [rule] = find(documents, 'NetworkPolicy', each.metadata.name).spec[direction].slice(-1);
          const [{ podSelector }] = rule.from ?? rule.to;
          if (controls.length === 1) continue;
          for (const { spec } of controls) assert.ok(selects(podSelector.matchLabels, spec.template.metadata.labels));
        }
      }
    });

    test('control takes over before the old one goes, and the two do not fight', () => {
      for (const each of controls) {
        assert.deepEqual(each.spec.strategy.rollingUpdate, { maxSurge: 1, maxUnavailable: 0 });
        assert.equal(flagsOf(documents, each).when_replaced, 'stand_by');
      }
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
      for (const deployment of workloads) {
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
  for (const kustomization of kustomizations) {
    const documents = render(kustomization);
    const scaler = find(documents, 'HorizontalPodAutoscaler', 'benari-media');
    const { kind, spec } = workload(documents, 'benari-media');
    if (kind === 'DaemonSet') continue;
    assert.equal(spec.replicas === undefined, scaler !== undefined, kustomization);
    if (scaler) assert.ok(scaler.spec.minReplicas >= 2);
  }
});

test('no line of dev is taken for production', () => {
  assert.equal(ofKind(render('overlays/prod'), 'Secret').length, 0);
  const dev = render('overlays/dev');
  assert.match(ofKind(dev, 'Namespace')[0].metadata.name, /-dev$/);
});
