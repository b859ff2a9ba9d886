import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { createManifestTree } from '../../../../src/domain/manifests/manifestTree.ts';
import { readPlainFolder } from '../../../../src/domain/rendering/readPlainFolder.ts';
import type { Rendering } from '../../../../src/domain/rendering/rendering.ts';
import { placeVerdict } from '../../../../src/domain/verdict/placeVerdict.ts';
import type { Verdict } from '../../../../src/domain/verdict/verdict.ts';

const api = { kind: 'Deployment', namespace: 'shop', name: 'api' };
const badImage: Verdict = {
  state: 'failed',
  sentence: 'api: main cannot start',
  container: 'main',
  subject: { kind: 'image' },
};

function renderPlain(files: Readonly<Record<string, string>>): Rendering {
  const { tree } = createManifestTree(Object.keys(files), new Map(Object.entries(files)));
  return {
    commit: '1234567',
    folder: '',
    renderer: 'files',
    fetched: [],
    ...readPlainFolder(tree, ''),
  };
}

function place(
  files: Readonly<Record<string, string>>,
  verdict = badImage,
  workload = api,
): string | undefined {
  const { at } = placeVerdict(verdict, workload, renderPlain(files));
  return at && `${at.file}:${at.line}`;
}

const deployment = (namespace: string, container = '- name: main\n          image: shop/api:1') =>
  `apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
  ${namespace === '' ? '# anywhere' : `namespace: ${namespace}`}
spec:
  template:
    spec:
      containers:
        ${container}
`;

describe('placeVerdict', () => {
  it('gives the line of the field in the document that the object is in', () => {
    const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: api}\n---\n';
    assert.equal(place({ 'api.yaml': `${service}${deployment('')}` }), 'api.yaml:15');
  });

  it('gives the line of the container, and of the object, where there is no narrower one', () => {
    const files = { 'api.yaml': `# ours\n${deployment('', '- name: main')}` };
    assert.equal(place(files), 'api.yaml:11');
    assert.equal(place(files, { ...badImage, container: 'injected' }), 'api.yaml:2');
  });

  it('keeps namespaces apart', () => {
    const files = { 'a.yaml': deployment('other'), 'b.yaml': deployment('shop') };
    assert.equal(place(files), 'b.yaml:11');
    assert.equal(place({ 'a.yaml': deployment('other') }), undefined);
    assert.equal(place({ 'a.yaml': deployment('other'), 'b.yaml': deployment('') }), 'b.yaml:11');
  });

  it('says nothing where two objects may be meant', () => {
    assert.equal(place({ 'a.yaml': deployment('shop'), 'b.yaml': deployment('shop') }), undefined);
  });

  it('says nothing of a kind of somebody else, and of another name', () => {
    const text = deployment('shop');
    assert.equal(place({ 'a.yaml': text.replace('apps/v1', 'acme.example/v1') }), undefined);
    assert.equal(place({ 'a.yaml': text }, badImage, { ...api, name: 'web' }), undefined);
    assert.equal(place({ 'a.yaml': text }, badImage, { ...api, kind: 'StatefulSet' }), undefined);
  });

  it('finds items of a List, Windows line ends, JSON, and a field behind an anchor', () => {
    const item = deployment('shop').replaceAll('\n', '\n    ').trimEnd();
    const list = `apiVersion: v1\nkind: List\nitems:\n  - ${item}\n`;
    assert.equal(place({ 'a.yaml': list }), 'a.yaml:14');
    assert.equal(place({ 'a.yaml': deployment('shop').replaceAll('\n', '\r\n') }), 'a.yaml:11');
    const json = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'api' },
      spec: { template: { spec: { containers: [{ name: 'main', image: 'shop/api:1' }] } } },
    };
    const lines = JSON.stringify(json, undefined, 2).split('\n');
    const line = lines.findIndex((text) => text.includes('shop/api')) + 1;
    assert.equal(place({ 'a.json': lines.join('\n') }), `a.json:${line}`);
    const shared = '- &main\n          name: main\n          image: shop/api:1\n        - *main';
    assert.equal(place({ 'a.yaml': deployment('shop', shared) }), 'a.yaml:12');
  });

  it('says nothing of what is healthy', () => {
    assert.equal(
      place({ 'a.yaml': deployment('shop') }, { state: 'healthy', sentence: 'api is healthy' }),
      undefined,
    );
  });
});
