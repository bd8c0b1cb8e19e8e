// What the kustomizations of deploy/k8s render to, and how a cluster would read it.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import YAML from 'yaml';

export const folder = fileURLToPath(new URL('../../../deploy/k8s', import.meta.url));
const kubectl = process.env.BENARI_KUBECTL ?? 'kubectl';

// The documents of a folder below deploy/k8s.
export function render(kustomization) {
  const text = execFileSync(kubectl, ['kustomize', path.join(folder, kustomization)], { encoding: 'utf8' });
  return YAML.parseAllDocuments(text).map((document) => document.toJS());
}

export const find = (documents, kind, name) =>
  documents.find((each) => each.kind === kind && each.metadata.name === name);
export const ofKind = (documents, kind) => documents.filter((each) => each.kind === kind);
export const podOf = (deployment) => deployment.spec.template.spec;
export const containerOf = (deployment) => podOf(deployment).containers[0];

// The environment of a container, `fields` being what the downward API tells.
function environment(documents, container, fields) {
  const values = {};
  for (const { configMapRef } of container.envFrom ?? []) {
    Object.assign(values, find(documents, 'ConfigMap', configMapRef.name).data);
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    values[name] = value ?? fields[valueFrom.fieldRef.fieldPath];
  }
  return values;
}

// The arguments of a container as the process gets them: {flag: value}. What a cluster cannot expand stays.
export function flagsOf(documents, deployment, fields = {}) {
  const container = containerOf(deployment);
  const values = environment(documents, container, fields);
  return Object.fromEntries(
    container.args.map((arg) => {
      const [, name, value] = /^--([a-z_]+)=(.*)$/.exec(arg);
      return [name, value.replace(/\$\((\w+)\)/g, (reference, key) => values[key] ?? reference)];
    }),
  );
}

export const toArgs = (flags) => Object.entries(flags).map(([name, value]) => `--${name}=${value}`);

// True when every label that `selector` asks for is there.
export const selects = (selector, labels) =>
  Object.entries(selector).every(([key, value]) => labels[key] === value);
