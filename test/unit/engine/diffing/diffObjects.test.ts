import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { describeChange } from '../../../../src/domain/diff/describeDiff.ts';
import { answerOf, type LiveObject, nameOfLive } from '../../../../src/domain/diff/liveDiff.ts';
import type { ClusterObject } from '../../../../src/domain/kubernetes/clusterObject.ts';
import { diffObjects } from '../../../../src/engine/diffing/diffObjects.ts';
import type { ClusterReads, ClusterWrites } from '../../../../src/engine/ports/clusters.ts';
import { hasCode, proofOf } from '../../../support/clusterContract.ts';
import { clusterError, createFakeClusters, type FakeCluster } from '../../../support/fakeClusters.ts';
import { fakeKinds } from '../../../support/fakeKinds.ts';
import { createManualClock } from '../../../support/manualClock.ts';

const configMap = (name: string, data: Record<string, string> = {}, namespace = 'shop'): ClusterObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data,
});

describe('diffing objects against a cluster', () => {
  const { signal } = new AbortController();
  const clock = createManualClock();
  let cluster: FakeCluster;
  let reads: ClusterReads;
  let writes: ClusterWrites;

  beforeEach(async () => {
    const clusters = createFakeClusters();
    cluster = clusters.cluster('lab');
    reads = clusters.connect('lab');
    writes = clusters.openForWriting(proofOf(clusters, 'lab'));
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
    await writes.create(namespace, fakeKinds.namespaces, signal);
  });

  const apply = (object: ClusterObject, fieldManager = 'kubectl') =>
    writes.apply(object, fakeKinds.configMaps, { fieldManager, force: false }, signal);

  async function diff(...objects: readonly ClusterObject[]): Promise<readonly LiveObject[]> {
    const rendered = objects.map((object) => ({ object }));
    const mark = (value: string) => `(${value.length})`;
    return (await diffObjects({ reads, clock }, rendered, { namespace: 'shop', mark }, signal)).objects;
  }
  const statesOf = (objects: readonly LiveObject[]) =>
    objects.map((object) => `${object.state} ${nameOfLive(object).name}`);

  it('tells what would change, come and stay', async () => {
    await apply(configMap('same', { a: '1' }));
    await apply(configMap('other', { a: '1' }));
    const diffed = await diff(
      configMap('same', { a: '1' }),
      configMap('other', { a: '2' }),
      configMap('new', { a: '1' }),
    );
    assert.deepEqual(statesOf(diffed), ['same same', 'differs other', 'differs new']);
    const [, changed, added] = diffed;
    assert.ok(changed?.state === 'differs' && added?.state === 'differs');
    assert.match(changed.diff.text, /- {2}a: "1"\n\+ {2}a: "2"/);
    assert.equal(describeChange(added.diff), 'added ConfigMap/new in shop');
    assert.equal(answerOf({ objects: diffed, leftovers: { unchecked: '' } }), 'differs');
  });

  it('asks nothing but reads and dry runs', async () => {
    await apply(configMap('a'));
    const before = cluster.asked.length;
    await diff(configMap('a'), configMap('b'));
    const methods = new Set(cluster.asked.slice(before).map((call) => call.split(' ')[0]));
    assert.deepEqual([...methods].sort(), ['discover', 'dryRunApply', 'get']);
  });

  it('lists objects of a kind where there are several, and asks for each where it may not list', async () => {
    const five = ['a', 'b', 'c', 'd', 'e'].map((name) => configMap(name));
    await Promise.all(five.map((object) => apply(object)));
    await diff(...five);
    assert.equal(cluster.asked.filter((call) => call.startsWith('list')).length, 1);
    assert.equal(cluster.asked.filter((call) => call.startsWith('get')).length, 0);
    cluster.refuse = ({ method }) => (method === 'list' ? clusterError('cluster-forbidden') : undefined);
    assert.deepEqual(
      (await diff(...five)).map(({ state }) => state),
      five.map(() => 'same'),
    );
    assert.equal(cluster.asked.filter((call) => call.startsWith('get')).length, 5);
  });

  it('puts objects without a namespace where they go, and takes it from those that have none', async () => {
    const { namespace: _, ...metadata } = configMap('a').metadata;
    const [placed] = await diff({ ...configMap('a'), metadata });
    assert.equal(placed && nameOfLive(placed).namespace, 'shop');
    const odd = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', namespace: 'odd' } };
    assert.deepEqual(statesOf(await diff(odd)), ['same shop']);
  });

  it('says of an object that it comes, where its namespace or kind is not there yet', async () => {
    const [away, strange] = await diff(configMap('a', {}, 'nowhere'), {
      apiVersion: 'example.org/v1',
      kind: 'Till',
      metadata: { name: 'x' },
    });
    assert.ok(away?.state === 'differs' && strange?.state === 'differs');
    assert.equal(away.note, 'namespace nowhere is not there yet');
    assert.equal(strange.note, 'lab does not serve Till of example.org/v1 yet');
  });

  it('says what may not be read or dry-run, and never calls that the same', async () => {
    await apply(configMap('a'));
    for (const method of ['get', 'dryRunApply'] as const) {
      cluster.refuse = (call) =>
        call.method === method && call.name === 'a' ? clusterError('cluster-forbidden', 'no') : undefined;
      const diffed = await diff(configMap('a', { a: '2' }), configMap('b'));
      assert.deepEqual(statesOf(diffed), ['unknown a', 'differs b']);
      assert.equal(answerOf({ objects: diffed, leftovers: { unchecked: '' } }), 'unknown');
    }
  });

  it('shows a change that the cluster refuses, as far as the manifest tells it', async () => {
    await apply({ ...configMap('a', { a: '1' }), extra: 'of the server' });
    cluster.refuse = ({ method }) =>
      method === 'dryRunApply' ? clusterError('object-invalid', 'immutable') : undefined;
    const [refused, same] = await diff(configMap('a', { a: '2' }), configMap('a', { a: '1' }));
    assert.ok(refused?.state === 'refused');
    assert.match(refused.why, /immutable/);
    assert.match(refused.diff.text, /- {2}a: "1"\n\+ {2}a: "2"/);
    assert.doesNotMatch(refused.diff.text, /of the server/);
    assert.equal(same?.state, 'unknown');
  });

  it('repeats nothing of a Secret that the server says', async () => {
    cluster.refuse = ({ method }) =>
      method === 'dryRunApply' ? clusterError('object-invalid', 'bad value "aHVudGVy"') : undefined;
    const secret = { ...configMap('s'), kind: 'Secret', data: { password: 'aHVudGVy' } };
    const [refused] = await diff(secret);
    assert.ok(refused?.state === 'refused');
    assert.doesNotMatch(JSON.stringify(refused), /aHVudGVy/);
  });

  it('waits as long as a busy server asks, and gives up on one object after some tries', async () => {
    cluster.failNext('dryRunApply', clusterError('cluster-busy', 'busy', 3));
    const diffing = diff(configMap('a'));
    await clock.advance(2_900);
    assert.equal(cluster.asked.filter((call) => call.startsWith('dryRunApply')).length, 1);
    await clock.advance(200);
    assert.deepEqual(statesOf(await diffing), ['differs a']);
  });

  it('fails where the cluster cannot be asked at all', async () => {
    cluster.failNext('dryRunApply', clusterError('cluster-unreachable'));
    await assert.rejects(diff(configMap('a')), hasCode('cluster-unreachable'));
  });

  it('does not take objects with generated names for one', async () => {
    const { name: _, ...metadata } = configMap('x').metadata;
    const [generated] = await diff({
      ...configMap('x'),
      metadata: { ...metadata, generateName: 'x-' },
    } as unknown as ClusterObject);
    assert.equal(generated?.state, 'unknown');
  });
});
