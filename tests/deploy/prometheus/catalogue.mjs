// The tables of deploy/prometheus/README.md, and what is served, in the same form:
// name -> {type, labels: {name: [values], or null when it does not list them}}.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const folder = fileURLToPath(new URL('../../../deploy/prometheus/', import.meta.url));
export const readme = readFileSync(`${folder}README.md`, 'utf8');

// The metrics of the section with this heading.
export function catalogue(heading) {
  const section = readme.split(/^## /m).find((each) => each.startsWith(`${heading}\n`));
  const rows = [...section.matchAll(/^\| `(\w+)` \| (\w+) \| (.*?) \| /gm)];
  return new Map(rows.map(([, name, type, labels]) => [name, { type, labels: labelsOf(labels) }]));
}

function labelsOf(cell) {
  return Object.fromEntries(
    [...cell.matchAll(/`(\w+)`(?: \(([^)]*)\))?/g)].map(([, label, values]) => [label, values?.split(', ') ?? null]),
  );
}

// Of the text format; the labels with the values that they have.
export function parse(text) {
  const families = new Map();
  for (const [, name, type] of text.matchAll(/^# TYPE (\w+) (\w+)$/gm)) families.set(name, { type, labels: {} });
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [, sample, labels] = /^(\w+)(?:\{(.*)\})? \S+$/.exec(line);
    const family = families.get(sample) ?? families.get(sample.replace(/_(bucket|sum|count)$/, ''));
    for (const [, label, value] of (labels ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
      if (label === 'le' && family.type === 'histogram') continue;
      const values = (family.labels[label] ??= []);
      if (!values.includes(value)) values.push(value);
    }
  }
  return families;
}

// Where `served` is not what `listed` says; one line each.
export function differences(listed, served) {
  const lines = [];
  for (const name of listed.keys()) if (!served.has(name)) lines.push(`${name} is in the table, and not served`);
  for (const [name, { type, labels }] of served) {
    const row = listed.get(name);
    if (!row) {
      lines.push(`${name} is served, and in no table`);
      continue;
    }
    if (row.type !== type) lines.push(`${name} is a ${type}, the table says ${row.type}`);
    const names = (each) => Object.keys(each).sort().join(', ');
    if (names(row.labels) !== names(labels)) {
      lines.push(`${name} has the labels [${names(labels)}], the table says [${names(row.labels)}]`);
      continue;
    }
    for (const [label, values] of Object.entries(labels)) {
      const unknown = row.labels[label] === null ? [] : values.filter((each) => !row.labels[label].includes(each));
      if (unknown.length > 0) lines.push(`${name} has ${label}=${unknown}, which the table does not list`);
    }
  }
  return lines;
}
