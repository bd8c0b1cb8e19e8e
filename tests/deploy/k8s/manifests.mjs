// What the kustomizations of deploy/k8s render to, and how a cluster would read it.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import YAML from 'yaml';

export const folder = fileURLToPath(new URL('../../../deploy/k8s', import.meta.url));
const kubectl = process.env.BENARI_KUBECTL ?? 'kubectl';

// Lines of overlays/prod that a reader may uncomment, each a component.
const commented = /^  # - \.\.\/\.\.\/components\/(\S+).*$/gm;
const production = readFileSync(path.join(folder, 'overlays/prod/kustomization.yaml'), 'utf8');
const optional = [...production.matchAll(commented)].map(([, component]) => component);
const switchedOn = ' with ';
const and = ', ';

// The component that README.md adds a third Asterisk to, and the commands with which it does.
const farm = 'farm';
export const third = 'a third Asterisk';
const readme = readFileSync(path.join(folder, 'README.md'), 'utf8');
const [, commands] = /```\ncd deploy\/k8s\/components\/farm\n(.*?)```/s.exec(readme);

// What there is to render: folders below deploy/k8s, and prod with each of the components that it leaves out, with all
// of them, and with a third Asterisk.
export const kustomizations = [
  'base', 'overlays/dev', 'overlays/prod',
  ...[...optional, optional.join(and), [farm, third].join(and)].map((each) => `overlays/prod${switchedOn}${each}`),
];

// Calls `use` with a folder where `kustomization` can be rendered.
function withFolder(kustomization, use) {
  const [overlay, components] = kustomization.split(switchedOn);
  if (!components) return use(path.join(folder, overlay));
  const copy = mkdtempSync(path.join(tmpdir(), 'benari-kustomize-'));
  try {
    cpSync(folder, copy, { recursive: true });
    const chosen = components.split(and);
    const text = production.replace(commented, (line, each) => (chosen.includes(each) ? line.replace('# ', '') : line));
    writeFileSync(path.join(copy, overlay, 'kustomization.yaml'), text);
    if (chosen.includes(third)) execFileSync('bash', ['-ec', commands], { cwd: path.join(copy, 'components', farm) });
    return use(path.join(copy, overlay));
  } finally {
    rmSync(copy, { recursive: true });
  }
}

// The documents of one of `kustomizations`.
export function render(kustomization) {
  const text = withFolder(kustomization, (where) => execFileSync(kubectl, ['kustomize', where], { encoding: 'utf8' }));
  return YAML.parseAllDocuments(text).map((document) => document.toJS());
}

export const find = (documents, kind, name) =>
  documents.find((each) => each.kind === kind && each.metadata.name === name);
export const ofKind = (documents, kind) => documents.filter((each) => each.kind === kind);
// What runs pods, whatever its kind.
export const workloadsOf = (documents) => documents.filter((each) => each.spec?.template?.spec.containers);
export const workload = (documents, name) => workloadsOf(documents).find((each) => each.metadata.name === name);
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
