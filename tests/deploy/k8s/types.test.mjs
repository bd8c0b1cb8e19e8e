// Every document against the types of Kubernetes: unknown fields, wrong types, what is missing.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { containerOf, find, kustomizations, render } from './manifests.mjs';

const groups = { v1: 'core/v1' };  // the one group without a name
const source = path.join(path.dirname(fileURLToPath(import.meta.url)), 'documents.ts');

function moduleOf(apiVersion) {
  return `kubernetes-types/${groups[apiVersion] ?? apiVersion.replace(/\.[^/]*\//, '/')}`;
}

// One line for each mistake. The compiler takes a literal for what its type says, and nothing more.
function mistakes(documents) {
  const text = documents
    .map((each, i) => {
      const type = `import('${moduleOf(each.apiVersion)}').${each.kind}`;
      return `export const d${i}: ${type} & {apiVersion: string; kind: string} = ${JSON.stringify(each, null, 1)};`;
    })
    .join('\n');
  const options = { strict: true, noEmit: true, types: [], moduleResolution: ts.ModuleResolutionKind.Node10 };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...rest) =>
    name === source ? ts.createSourceFile(name, text, ...rest) : getSourceFile(name, ...rest);
  host.fileExists = (name) => name === source || fileExists(name);
  host.readFile = (name) => (name === source ? text : readFile(name));
  const found = ts.getPreEmitDiagnostics(ts.createProgram([source], options, host));
  return found.map((each) => {
    const { line } = each.file?.getLineAndCharacterOfPosition(each.start) ?? { line: -1 };
    return `${text.split('\n')[line]?.trim()}: ${ts.flattenDiagnosticMessageText(each.messageText, ' ')}`;
  });
}

for (const kustomization of kustomizations) {
  test(`${kustomization} is what Kubernetes knows`, () => {
    const documents = render(kustomization);
    assert.ok(documents.length > 5);
    assert.deepEqual(mistakes(documents), []);
  });
}

test('mistakes are found', () => {
  const broken = (change) => {
    const documents = render('overlays/prod');
    change(documents);
    return mistakes(documents).length;
  };
  const media = (documents) => find(documents, 'Deployment', 'benari-media');
  assert.equal(broken((all) => (containerOf(media(all)).livenessprobe = {})), 1, 'an unknown field');
  assert.equal(broken((all) => (media(all).spec.minReadySeconds = 'ten')), 1, 'a wrong type');
  assert.equal(broken((all) => delete media(all).spec.selector), 1, 'a field that must be there');
  assert.equal(broken((all) => (media(all).kind = 'Deploymant')), 1, 'an unknown kind');
});
