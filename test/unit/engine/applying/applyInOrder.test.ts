import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import type { ClusterObject } from '../../../../src/domain/kubernetes/clusterObject.ts';
import { applyInOrder } from '../../../../src/engine/applying/applyInOrder.ts';
import { hasCode, proofOf } from '../../../support/clusterContract.ts';
import { clusterError, createFakeClusters, type FakeCluster } from '../../../support/fakeClusters.ts';
import { createManualClock } from '../../../support/manualClock.ts';

const tills = {
  group: 'shop.example',
  version: 'v1',
  kind: 'Till',
  plural: 'tills',
  namespaced: true,
} as const;
const definition: ClusterObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'tills.shop.example' },
  spec: { group: 'shop.example', names: { kind: 'Till' }, versions: [{ name: 'v1', served: true }] },
};
const till: ClusterObject = { apiVersion: 'shop.example/v1', kind: 'Till', metadata: { name: 'one' } };
const settings: ClusterObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' } };

describe('applying in order', () => {
  const { signal } = new AbortController();
  const clock = createManualClock();
  let cluster: FakeCluster;
  let apply: (...objects: readonly ClusterObject[]) => Promise<readonly ClusterObject[]>;

  beforeEach(() => {
    const clusters = createFakeClusters();
    cluster = clusters.cluster('lab');
    const target = {
      reads: clusters.connect('lab'),
      writes: clusters.openForWriting(proofOf(clusters, 'lab')),
      clock,
    };
    const options = { namespace: 'default', fieldManager: 'towline-test', force: false };
    apply = (...objects) => applyInOrder(target, objects, options, signal);
  });

  const applied = () => cluster.asked.filter((call) => call.startsWith('apply '));

  it('uses a kind as soon as the cluster serves what was defined a moment ago', async () => {
    const applying = apply(till, definition);
    await clock.advance(150);
    assert.deepEqual(applied(), ['apply customresourcedefinitions tills.shop.example']);
    cluster.kinds = [...cluster.kinds, tills];
    await clock.advance(100);
    await applying;
    assert.deepEqual(applied().slice(1), ['apply tills default/one']);
  });

  it('does not wait for a definition for ever', async () => {
    const applying = assert.rejects(apply(definition), hasCode('object-missing'));
    await clock.advance(31_000);
    await applying;
  });

  it('applies nothing when one object is of a kind that nobody serves or defines', async () => {
    await assert.rejects(apply(settings, till), hasCode('object-missing'));
    assert.deepEqual(applied(), []);
  });

  it('puts objects without a namespace where it is told to, and leaves the others where they belong', async () => {
    const made = await apply(
      { ...settings, metadata: { name: 'here' } },
      { ...settings, metadata: { name: 'there', namespace: 'default' } },
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
    );
    assert.deepEqual(
      made.map(({ metadata }) => `${metadata.namespace ?? '-'} ${metadata.name}`),
      ['- shop', 'default here', 'default there'],
    );
  });

  it('stops at the first object that the cluster refuses', async () => {
    cluster.refuse = ({ name }) => (name === 'two' ? clusterError('object-invalid') : undefined);
    const named = (name: string) => ({ ...settings, metadata: { name } });
    await assert.rejects(apply(named('one'), named('two'), named('three')), hasCode('object-invalid'));
    assert.deepEqual(applied(), ['apply configmaps default/one', 'apply configmaps default/two']);
  });
});
