import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { ClusterEvent } from '../../../../src/domain/workloads/workload.ts';
import { createWorkloadTables } from '../../../../src/engine/workloads/workloadIndex.ts';
import {
  makeCronJob,
  makeDeployment,
  makeJob,
  makePod,
  makeReplicaSet,
  owner,
} from '../../../support/clusterValues.ts';

const names = (all: readonly { readonly name: string }[]) => all.map(({ name }) => name);
const hash = { 'pod-template-hash': 'h' };
const podOf = (name: string) => makePod({ name, owner: owner('ReplicaSet', 'api-h'), labels: hash });

function warning(uid: string, about: string, last = 1): ClusterEvent {
  return {
    uid,
    about: { kind: 'Pod', namespace: 'shop', name: about, uid: about },
    type: 'Warning',
    reason: 'BackOff',
    message: '',
    count: 1,
    first: last,
    last,
  };
}

describe('the index of workloads', () => {
  it('puts a Deployment together with what belongs to it, in whatever order it comes', () => {
    const work = {
      workload: (tables: ReturnType<typeof createWorkloadTables>) =>
        tables.takeWorkloads([
          { after: makeDeployment() },
          { after: makeDeployment({ name: 'other', uid: 'other' }) },
        ]),
      set: (tables: ReturnType<typeof createWorkloadTables>) =>
        tables.takeReplicaSets([{ after: makeReplicaSet() }]),
      pods: (tables: ReturnType<typeof createWorkloadTables>) =>
        tables.takePods([
          { after: podOf('api-h-2') },
          { after: podOf('api-h-1') },
          { after: makePod({ name: 'alone' }) },
        ]),
    };
    for (const order of [
      'workload set pods',
      'pods set workload',
      'set pods workload',
      'pods workload set',
    ]) {
      const tables = createWorkloadTables();
      for (const step of order.split(' ')) work[step as keyof typeof work](tables);
      tables.ownersAreKnown();
      const group = tables.group('api');
      assert.deepEqual(names(group?.pods ?? []), ['api-h-1', 'api-h-2'], order);
      assert.deepEqual(names(group?.replicaSets ?? []), ['api-h'], order);
      assert.deepEqual(names(tables.loosePods()), ['alone'], order);
      assert.ok(tables.takeChange().workloads.has('api'), order);
    }
  });

  it('shows a pod under its Deployment by its name where the ReplicaSet may not be read', () => {
    const tables = createWorkloadTables();
    tables.takePods([{ after: podOf('api-h-1') }]);
    tables.takeWorkloads([{ after: makeDeployment() }]);
    tables.ownersAreKnown();
    assert.deepEqual(names(tables.group('api')?.pods ?? []), ['api-h-1']);
    assert.deepEqual(tables.loosePods(), []);
    tables.takePods([{ before: podOf('api-h-1') }]);
    assert.deepEqual(tables.group('api')?.pods, []);
  });

  it('does not take a pod for that of a Deployment whose ReplicaSet is known to be another’s', () => {
    const tables = createWorkloadTables();
    tables.takeWorkloads([{ after: makeDeployment() }]);
    tables.takeReplicaSets([{ after: makeReplicaSet({ owner: owner('Rollout', 'theirs') }) }]);
    tables.takePods([{ after: podOf('api-h-1') }]);
    tables.ownersAreKnown();
    assert.deepEqual(tables.group('api')?.pods, []);
    assert.deepEqual(names(tables.loosePods()), ['api-h-1']);
  });

  it('holds back pods whose owner may be on its way, and shows them when it is not', () => {
    const tables = createWorkloadTables();
    tables.takePods([{ after: podOf('api-h-1') }]);
    assert.deepEqual(tables.loosePods('shop'), []);
    tables.takeChange();
    tables.ownersAreKnown();
    assert.deepEqual(names(tables.loosePods('shop')), ['api-h-1']);
    assert.deepEqual([...tables.takeChange().namespaces], ['shop']);
  });

  it('finds the Jobs of a CronJob and their pods through it, the newest first', () => {
    const tables = createWorkloadTables();
    const from = owner('CronJob', 'nightly');
    tables.takeWorkloads([
      { after: makeCronJob() },
      { after: makeJob({ name: 'n-1', uid: 'n-1', owner: from, created: 1 }) },
      { after: makeJob({ name: 'n-2', uid: 'n-2', owner: from, created: 2 }) },
    ]);
    tables.takePods([{ after: makePod({ name: 'n-1-x', uid: 'p', owner: owner('Job', 'n-1') }) }]);
    const group = tables.group('nightly');
    assert.deepEqual(names(group?.jobs ?? []), ['n-2', 'n-1']);
    assert.deepEqual(names(group?.pods ?? []), ['n-1-x']);
    assert.deepEqual(names(tables.workloads('shop')), ['nightly']);
    tables.takeChange();
    tables.takePods([
      {
        before: makePod({ uid: 'p', owner: owner('Job', 'n-1') }),
        after: makePod({ uid: 'p', owner: owner('Job', 'n-1'), ready: false }),
      },
    ]);
    assert.deepEqual([...tables.takeChange().workloads].sort(), ['n-1', 'nightly']);
  });

  it('gives warnings about a workload and all that belongs to it, the newest first', () => {
    const tables = createWorkloadTables();
    tables.takeWorkloads([{ after: makeDeployment() }]);
    tables.takeReplicaSets([{ after: makeReplicaSet() }]);
    tables.takePods([{ after: podOf('api-h-1') }]);
    tables.takeChange();
    tables.takeEvents([
      { after: warning('e1', 'api-h-1', 1) },
      { after: warning('e2', 'api-h', 3) },
      { after: warning('e3', 'api', 2) },
      { after: warning('e4', 'elsewhere') },
    ]);
    assert.deepEqual(
      tables.events('api').map(({ uid }) => uid),
      ['e2', 'e3', 'e1'],
    );
    assert.deepEqual(
      tables.events('api-h-1').map(({ uid }) => uid),
      ['e1'],
    );
    assert.deepEqual([...tables.takeChange().workloads], ['api']);
    tables.takeEvents([{ before: warning('e2', 'api-h', 3) }]);
    assert.deepEqual(
      tables.events('api').map(({ uid }) => uid),
      ['e3', 'e1'],
    );
  });

  it('says which rows are not as they were, and forgets what is gone', () => {
    const tables = createWorkloadTables();
    tables.takeWorkloads([{ after: makeDeployment() }]);
    tables.takeReplicaSets([{ after: makeReplicaSet() }]);
    tables.takePods([{ after: podOf('api-h-1') }]);
    tables.takeChange();
    tables.takePods([{ before: podOf('api-h-1'), after: { ...podOf('api-h-1'), ready: false } }]);
    assert.deepEqual(tables.takeChange(), { workloads: new Set(['api']), namespaces: new Set() });
    tables.takePods([{ before: podOf('api-h-1') }]);
    tables.takeReplicaSets([{ before: makeReplicaSet() }]);
    tables.takeWorkloads([{ before: makeDeployment() }]);
    const { workloads, namespaces } = tables.takeChange();
    assert.deepEqual([[...workloads], [...namespaces]], [['api'], ['shop']]);
    assert.equal(tables.group('api'), undefined);
    assert.equal(tables.find('Deployment', 'shop', 'api'), undefined);
    assert.deepEqual(tables.namespaces(), []);
    assert.equal(tables.podCount, 0);
  });

  it('finds the new one where a workload was made anew by the same name', () => {
    const tables = createWorkloadTables();
    const anew = makeDeployment({ uid: 'anew' });
    tables.takeWorkloads([{ after: makeDeployment() }]);
    tables.takeWorkloads([{ after: anew }, { before: makeDeployment() }]);
    assert.equal(tables.find('Deployment', 'shop', 'api')?.uid, 'anew');
  });

  it('is not led in circles by owners that somebody wrote', () => {
    const tables = createWorkloadTables();
    tables.takeWorkloads([
      { after: makeJob({ name: 'a', uid: 'a', owner: owner('Job', 'b') }) },
      { after: makeJob({ name: 'b', uid: 'b', owner: owner('Job', 'a') }) },
    ]);
    tables.takePods([{ after: makePod({ owner: owner('Job', 'a') }) }]);
    assert.equal(tables.group('a')?.pods.length, 1);
  });
});
