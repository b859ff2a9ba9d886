import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import type { ResourceKind } from '../../../../src/domain/kubernetes/resourceKind.ts';
import type { LocalClusters } from '../../../../src/engine/locality/localClusters.ts';
import { type OpenCluster, openCluster } from '../../../../src/engine/workloads/openCluster.ts';
import { proofOf } from '../../../support/clusterContract.ts';
import { clusterError, createFakeClusters, type FakeClusters } from '../../../support/fakeClusters.ts';
import { fakeKinds } from '../../../support/fakeKinds.ts';
import { createManualClock, type ManualClock } from '../../../support/manualClock.ts';

const { signal } = new AbortController();
const web = { kind: 'Deployment', namespace: 'default', name: 'web' };

describe('an open cluster', () => {
  let clusters: FakeClusters;
  let clock: ManualClock;
  let isLocal: boolean;
  let opened: OpenCluster;

  beforeEach(() => {
    clusters = createFakeClusters();
    clock = createManualClock();
    isLocal = true;
    const localClusters: LocalClusters = {
      async judge(context) {
        return isLocal
          ? { local: true, proof: proofOf(clusters, context), because: 'the test says so' }
          : { local: false, why: 'it is far away', next: 'Use another.' };
      },
      openWrites(context) {
        if (!isLocal) throw clusterError('cluster-not-local');
        return clusters.openForWriting(proofOf(clusters, context));
      },
    };
    opened = openCluster({ clusters, clock, localClusters }, 'lab');
  });

  const cluster = () => clusters.cluster('lab');

  function store(kind: ResourceKind, name: string, rest: object = {}) {
    const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
    const metadata = { name, namespace: 'default' };
    return cluster().objects.store(kind, { apiVersion, kind: kind.kind, metadata, ...rest });
  }

  it('asks nothing before it is asked', () => assert.deepEqual(cluster().asked, []));

  it('says its version, or that it does not answer in time', async () => {
    assert.equal(await opened.probe(signal), 'v1.31.2');
    clusters.connect = (name) => ({
      ...createFakeClusters().connect(name),
      version: (ending) =>
        new Promise((_, reject) => ending.addEventListener('abort', () => reject(ending.reason))),
    });
    const silent = openCluster(
      { clusters, clock, localClusters: { judge: assert.fail, openWrites: assert.fail } },
      'lab',
    );
    const answer = assert.rejects(silent.probe(signal), /did not answer within 10 s/);
    await clock.advance(10_000);
    await answer;
  });

  it('restarts as kubectl does', async () => {
    store(fakeKinds.deployments, 'web', { spec: { replicas: 1 } });
    await opened.actions.restart(web, signal);
    assert.deepEqual(cluster().objects.find(fakeKinds.deployments, 'default', 'web')?.spec, {
      replicas: 1,
      template: {
        metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': '2030-01-01T00:00:00.000Z' } },
      },
    });
    await assert.rejects(opened.actions.restart({ ...web, kind: 'Job' }, signal), { code: 'object-invalid' });
  });

  it('scales by the subresource, what can be scaled', async () => {
    store(fakeKinds.deployments, 'web', { spec: { replicas: 1 } });
    await opened.actions.scale(web, 3, signal);
    assert.ok(cluster().asked.includes('patch deployments/scale default/web'));
    await assert.rejects(opened.actions.scale({ ...web, kind: 'DaemonSet' }, 3, signal), {
      code: 'object-invalid',
    });
  });

  it('deletes the very object that was meant', async () => {
    const { metadata } = store(fakeKinds.pods, 'web-1');
    const pod = { kind: 'Pod', namespace: 'default', name: 'web-1' };
    await assert.rejects(opened.actions.delete({ ...pod, uid: 'of before' }, signal), {
      code: 'object-conflict',
    });
    await opened.actions.delete({ ...pod, ...(metadata.uid ? { uid: metadata.uid } : {}) }, signal);
    assert.equal(cluster().objects.find(fakeKinds.pods, 'default', 'web-1'), undefined);
  });

  it('says why nothing is changed where it is not proven local, and changes nothing', async () => {
    store(fakeKinds.deployments, 'web');
    isLocal = false;
    const judged = await opened.actions.judge(signal);
    assert.deepEqual(judged, { local: false, why: 'it is far away', next: 'Use another.' });
    for (const work of [
      () => opened.actions.restart(web, signal),
      () => opened.actions.scale(web, 1, signal),
      () => opened.actions.delete(web, signal),
      async () =>
        opened.actions.exec(
          { namespace: 'default', pod: 'web', container: 'app' },
          ['sh'],
          { tty: true },
          { onOutput: assert.fail },
          signal,
        ),
    ])
      await assert.rejects(work, { code: 'cluster-not-local' });
    assert.ok(!cluster().asked.some((call) => /^(?:patch|delete|exec)/.test(call)));
  });

  it('describes what is there, also where its events may not be read', async () => {
    store(fakeKinds.secrets, 'keys', { data: { password: 'Y2FuYXJ5' } });
    const place = { kind: 'Secret', namespace: 'default', name: 'keys' };
    assert.match(await opened.describe(place, signal), /password: \(hidden, 8 characters\)/);
    cluster().refuse = ({ resource }) =>
      resource === 'events' ? clusterError('cluster-forbidden') : undefined;
    assert.match(await opened.describe(place, signal), /# Events cannot be read/);
    await assert.rejects(opened.describe({ ...place, uid: 'of before' }, signal), { code: 'object-missing' });
    await assert.rejects(opened.describe({ ...place, kind: 'Gadget' }, signal), { code: 'object-missing' });
  });

  it('lists what was said about an object, and about no other of its name', async () => {
    const uid = store(fakeKinds.pods, 'web').metadata.uid ?? '';
    const said = (name: string, about: object, last: string) =>
      store(fakeKinds.events, name, {
        involvedObject: { kind: 'Pod', namespace: 'default', name: 'web', ...about },
        reason: name,
        lastTimestamp: last,
      });
    said('old', { uid }, '2030-01-01T00:00:00Z');
    said('new', { uid }, '2030-01-02T00:00:00Z');
    said('other', { uid: 'of before' }, '2030-01-03T00:00:00Z');
    const events = await opened.listEvents({ kind: 'Pod', namespace: 'default', name: 'web', uid }, signal);
    assert.deepEqual(
      events.map(({ reason }) => reason),
      ['new', 'old'],
    );
  });

  it('explains a workload with the last words of what crashed', async () => {
    const { metadata } = store(fakeKinds.statefulSets, 'db', { spec: { replicas: 1 } });
    const uid = metadata.uid ?? '';
    const ownerReferences = [
      { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid, controller: true },
    ];
    cluster().objects.store(fakeKinds.pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'db-0', namespace: 'default', ownerReferences },
      spec: { containers: [{ name: 'db', image: 'db' }] },
      status: {
        phase: 'Running',
        containerStatuses: [
          {
            name: 'db',
            restartCount: 2,
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: { terminated: { exitCode: 1 } },
          },
        ],
      },
    });
    cluster().writeLog({ namespace: 'default', pod: 'db-0', container: 'db' }, 'no space left\n');
    const ending = new AbortController();
    const followed = opened.followWorkloads({}, ending.signal);
    await clock.settle();
    const verdict = await opened.explain(followed.index, uid, {}, signal);
    assert.equal(verdict?.reason, 'crashed');
    assert.deepEqual(verdict?.lastLines, ['no space left']);
    assert.equal(await opened.explain(followed.index, 'gone', {}, signal), undefined);
    ending.abort();
    await followed.ended;
  });
});
