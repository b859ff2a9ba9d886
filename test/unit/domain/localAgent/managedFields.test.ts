import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { ClusterObject } from '../../../../src/domain/kubernetes/clusterObject.ts';
import {
  agentFieldManager,
  findDriftedFields,
  isAppliedByAgent,
  otherAgentOf,
} from '../../../../src/domain/localAgent/managedFields.ts';

const entry = (fieldsV1: object, manager = agentFieldManager, operation = 'Apply') => ({
  manager,
  operation,
  fieldsV1,
});

/** A Deployment as a cluster answers it; `owned` is what the agent applied. */
function deployment(spec: object, managedFields: readonly object[] = [entry(owned)]): ClusterObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'api', namespace: 'shop', labels: { app: 'api' }, managedFields },
    spec,
    status: { replicas: 1 },
  };
}

const owned = {
  'f:metadata': { 'f:labels': { 'f:app': {} } },
  'f:spec': {
    'f:replicas': {},
    'f:template': {
      'f:spec': {
        'f:containers': {
          'k:{"name":"api"}': {
            '.': {},
            'f:name': {},
            'f:image': {},
            'f:args': {},
            'f:resources': { 'f:limits': { 'f:cpu': {} } },
            'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
          },
        },
      },
    },
  },
};

const container = {
  name: 'api',
  image: 'api:1',
  args: ['--fast', '--quiet'],
  resources: { limits: { cpu: '1' } },
  ports: [{ containerPort: 80, protocol: 'TCP' }],
  terminationMessagePath: '/dev/termination-log',
};
const specOf = (changes: object = {}, replicas = 2) => ({
  replicas,
  template: { spec: { containers: [{ ...container, ...changes }] } },
});
const applied = deployment(specOf());
const drift = (live: ClusterObject): readonly string[] => findDriftedFields(applied, live);

describe('findDriftedFields', () => {
  it('finds nothing in what is as it was applied, whatever others own', () => {
    assert.deepEqual(drift(applied), []);
    const others = deployment({ ...specOf({ terminationMessagePath: '/tmp/x' }), paused: true });
    assert.deepEqual(drift({ ...others, status: { replicas: 9 } }), []);
  });

  for (const [what, live, fields] of [
    ['a number', deployment(specOf({}, 5)), ['spec.replicas']],
    [
      'a field of an item',
      deployment(specOf({ image: 'api:2' })),
      ['spec.template.spec.containers[api].image'],
    ],
    [
      'the order of a list that is one value',
      deployment(specOf({ args: ['--quiet', '--fast'] })),
      ['spec.template.spec.containers[api].args'],
    ],
    [
      'a field that is gone',
      deployment(specOf({ resources: {} })),
      ['spec.template.spec.containers[api].resources.limits'],
    ],
    [
      'an item that is gone',
      deployment(specOf({ ports: [] })),
      ['spec.template.spec.containers[api].ports[80,TCP]'],
    ],
    [
      'a container under another name',
      deployment(specOf({ name: 'web' })),
      ['spec.template.spec.containers[api]'],
    ],
    [
      'a label',
      { ...applied, metadata: { ...applied.metadata, labels: { app: 'web' } } },
      ['metadata.labels.app'],
    ],
  ] as const)
    it(`names ${what}`, () => assert.deepEqual(drift(live), fields));

  it('finds an item of a set, and an item that others put beside it', () => {
    const withFinalizers = (finalizers: readonly string[]): ClusterObject => ({
      ...applied,
      metadata: {
        name: 'api',
        finalizers,
        managedFields: [entry({ 'f:metadata': { 'f:finalizers': { '.': {}, 'v:"a/b"': {} } } })],
      },
    });
    assert.deepEqual(findDriftedFields(withFinalizers(['a/b']), withFinalizers(['c/d', 'a/b'])), []);
    assert.deepEqual(findDriftedFields(withFinalizers(['a/b']), withFinalizers(['c/d'])), [
      'metadata.finalizers[a/b]',
    ]);
  });

  it('takes presence for enough where only the whole is owned', () => {
    const of = (data: object | undefined): ClusterObject => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', managedFields: [entry({ 'f:data': { '.': {} } })] },
      ...(data ? { data } : {}),
    });
    assert.deepEqual(findDriftedFields(of({}), of({ added: '1' })), []);
    assert.deepEqual(findDriftedFields(of({}), of(undefined)), ['data']);
  });

  it('looks at nothing when the agent applied nothing', () => {
    const foreign = deployment(specOf(), [entry(owned, 'kubectl', 'Update')]);
    assert.deepEqual(findDriftedFields(foreign, deployment(specOf({}, 9))), []);
    assert.equal(isAppliedByAgent(foreign), false);
    assert.equal(isAppliedByAgent(applied), true);
  });

  it('is not led astray by names of Object.prototype and by what cannot be read', () => {
    const odd = deployment(specOf(), [
      entry({ 'f:constructor': {}, 'f:spec': { 'f:toString': {}, 'k:{': {}, 'x:y': {}, 'i:0': {} } }),
    ]);
    assert.deepEqual(findDriftedFields(odd, deployment(specOf({}, 9))), []);
  });
});

describe('otherAgentOf', () => {
  const live = (metadata: object, managers: readonly object[] = []): ClusterObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', managedFields: managers, ...metadata },
  });
  const wanted = live({});

  it('knows Argo CD and Flux by their managers', () => {
    const argo = live({}, [entry({}, 'argocd-controller', 'Update')]);
    assert.equal(otherAgentOf(argo, wanted), 'Argo CD');
    assert.match(otherAgentOf(live({}, [entry({}, 'kustomize-controller')]), wanted) ?? '', /^Flux/);
    assert.match(otherAgentOf(live({}, [entry({}, 'helm-controller')]), wanted) ?? '', /^Flux/);
    assert.equal(otherAgentOf(live({}, [entry({}, 'kubectl'), entry({})]), wanted), undefined);
  });

  it('knows them by their marks, but for those of the manifest itself', () => {
    const annotations = { 'argocd.argoproj.io/tracking-id': 'shop:v1/ConfigMap:shop/a' };
    const labels = { 'kustomize.toolkit.fluxcd.io/name': 'shop' };
    assert.equal(otherAgentOf(live({ annotations }), wanted), 'Argo CD');
    assert.match(otherAgentOf(live({ labels }), wanted) ?? '', /^Flux/);
    assert.equal(otherAgentOf(live({ annotations, labels }), live({ annotations, labels })), undefined);
  });
});
