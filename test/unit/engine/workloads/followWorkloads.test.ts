import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { ResourceKind } from '../../../../src/domain/kubernetes/resourceKind.ts';
import {
  type FollowedWorkloads,
  type FollowWorkloadsOptions,
  followWorkloads,
} from '../../../../src/engine/workloads/followWorkloads.ts';
import { clusterError, createFakeClusters, type FakeClusters } from '../../../support/fakeClusters.ts';
import { fakeKinds } from '../../../support/fakeKinds.ts';
import { createManualClock, type ManualClock } from '../../../support/manualClock.ts';

describe('following workloads', () => {
  let clusters: FakeClusters;
  let clock: ManualClock;
  let ending: AbortController;
  let followed: FollowedWorkloads | undefined;

  beforeEach(() => {
    clusters = createFakeClusters();
    clock = createManualClock();
    ending = new AbortController();
    followed = undefined;
  });

  afterEach(async () => {
    ending.abort();
    await followed?.ended;
    assert.equal(cluster().watches.length, 0, 'every watch is let go');
  });

  const cluster = () => clusters.cluster('lab');

  async function follow(options: FollowWorkloadsOptions = {}): Promise<FollowedWorkloads> {
    followed = followWorkloads({ reads: clusters.connect('lab'), clock }, options, ending.signal);
    await clock.settle();
    return followed;
  }

  function store(kind: ResourceKind, name: string, rest: object = {}, namespace = 'shop') {
    const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
    const metadata = { name, namespace };
    return cluster().objects.store(kind, { apiVersion, kind: kind.kind, metadata, ...rest });
  }

  it('says what there is, by namespace, and that it is live', async () => {
    store(fakeKinds.deployments, 'web', { spec: { replicas: 1 } });
    store(fakeKinds.cronJobs, 'nightly', { spec: { schedule: '0 3 * * *' } });
    store(fakeKinds.pods, 'alone', {}, 'other');
    const { index, status } = await follow();
    assert.deepEqual(index.namespaces(), ['other', 'shop']);
    assert.deepEqual(
      index.workloads('shop').map(({ kind, name }) => `${kind} ${name}`),
      ['CronJob nightly', 'Deployment web'],
    );
    assert.deepEqual(
      index.loosePods().map(({ name }) => name),
      ['alone'],
    );
    assert.equal(status.state.kind, 'live');
    assert.deepEqual(status.hidden, []);
  });

  it('does without a kind that the cluster does not serve, and says so', async () => {
    cluster().kinds = cluster().kinds.filter(({ kind }) => kind !== 'CronJob');
    const { status } = await follow();
    assert.equal(status.state.kind, 'live');
    assert.deepEqual(
      status.hidden.map(({ kind, failure }) => [kind, failure.code]),
      [['CronJob', 'object-missing']],
    );
  });

  it('is stale when the cluster does not answer, and says why', async () => {
    cluster().refuse = () => clusterError('cluster-unreachable');
    const { status } = await follow();
    assert.ok(status.state.kind === 'stale');
    assert.equal(status.state.failure.code, 'cluster-unreachable');
  });
});
