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

  it('tells changes together, at most ten times a second', async () => {
    const { index, onChange } = await follow();
    await clock.advance(1_000);
    const began = clock.now();
    const told: (readonly [number, number])[] = [];
    onChange(() => told.push([clock.now() - began, index.podCount]));
    for (let count = 1; count <= 30; count += 1) {
      store(fakeKinds.pods, `pod-${count}`);
      await clock.advance(10);
    }
    await clock.advance(100);
    assert.deepEqual(told, [
      [10, 1],
      [110, 11],
      [210, 21],
      [310, 30],
    ]);
  });

  it('tells no more who does not listen any more, and nobody once it has ended', async () => {
    const { onChange } = await follow();
    let told = 0;
    const listening = onChange(() => {
      told += 1;
    });
    await clock.advance(100);
    assert.equal(told, 1, 'that it is live');
    listening.dispose();
    onChange(() => {
      told += 1;
    });
    store(fakeKinds.pods, 'new');
    ending.abort();
    await clock.advance(100);
    assert.equal(told, 1);
  });

  it('looks into one namespace where only that is wanted', async () => {
    store(fakeKinds.pods, 'mine');
    store(fakeKinds.pods, 'other', {}, 'elsewhere');
    const { index, status } = await follow({ namespace: 'shop' });
    assert.deepEqual(index.namespaces(), ['shop']);
    assert.ok(
      status.parts.every(({ kind, namespace }) => namespace === (kind === 'Node' ? undefined : 'shop')),
    );
  });

  describe('for a user who may not see everything', () => {
    const forbidden = (where: (namespace: string | undefined) => boolean) => {
      cluster().refuse = ({ method, resource, namespace }) =>
        method === 'list' && resource !== 'namespaces' && where(namespace)
          ? clusterError('cluster-forbidden', `${resource} in ${namespace}`)
          : undefined;
    };
    const places = ({ status }: FollowedWorkloads, kind: string) =>
      status.parts.filter((part) => part.kind === kind).map(({ namespace }) => namespace);

    beforeEach(() => {
      for (const name of ['shop', 'team', 'secret'])
        cluster().objects.store(fakeKinds.namespaces, {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name },
        });
      for (const namespace of ['default', 'shop', 'team', 'secret'])
        store(fakeKinds.pods, `in-${namespace}`, {}, namespace);
      cluster().may = ({ namespace }) => namespace === 'shop';
    });

    it('looks into the namespaces that user may see, and says what is hidden', async () => {
      forbidden((namespace) => namespace === undefined || namespace === 'secret');
      const seen = await follow({ namespaces: ['team'] });
      assert.deepEqual(seen.index.namespaces(), ['default', 'shop', 'team']);
      assert.deepEqual(places(seen, 'Pod'), ['default', 'team', 'shop']);
      assert.equal(seen.status.state.kind, 'live');
      const hidden = seen.status.hidden.filter(({ kind }) => kind === 'Pod');
      assert.deepEqual(
        hidden.map(({ namespace, failure }) => [namespace, failure.code]),
        [[undefined, 'cluster-forbidden']],
      );
      assert.ok(seen.index.loosePods().length === 3, 'nobody waits for owners that cannot be read');
    });

    it('is denied where nothing at all may be read', async () => {
      forbidden(() => true);
      const { status, index } = await follow();
      assert.ok(status.state.kind === 'denied');
      assert.equal(status.state.failure.code, 'cluster-forbidden');
      assert.deepEqual(index.namespaces(), []);
    });

    it('sees everything once the right is granted, and what is gone meanwhile is gone', async () => {
      forbidden((namespace) => namespace === undefined);
      const seen = await follow();
      assert.deepEqual(seen.index.namespaces(), ['default', 'shop']);
      // Whoever looks into single namespaces does not hear of what goes now.
      cluster().refuse = ({ namespace }) =>
        namespace === undefined ? undefined : clusterError('cluster-unreachable');
      for (const watch of cluster().watches) watch.end(clusterError('cluster-unreachable'));
      await clock.settle();
      cluster().objects.remove(fakeKinds.pods, 'shop', 'in-shop');
      seen.refresh();
      await clock.settle();
      assert.deepEqual(places(seen, 'Pod'), [undefined]);
      assert.deepEqual(seen.status.hidden, []);
      assert.deepEqual(seen.index.namespaces(), ['default', 'secret', 'team']);
      assert.ok(cluster().watches.every(({ namespace }) => namespace === undefined));
    });

    it('shows nothing any more of what may not be seen since a moment ago, and all of it when it may again', async () => {
      const refusePods = (): void => {
        cluster().refuse = ({ resource }) =>
          resource === 'pods' ? clusterError('cluster-forbidden') : undefined;
      };
      const seen = await follow();
      assert.equal(seen.index.podCount, 4);
      refusePods();
      for (const watch of cluster().watches)
        if (watch.kind.plural === 'pods') watch.end(clusterError('cluster-forbidden'));
      await clock.settle();
      assert.equal(seen.status.state.kind, 'stale');
      await clock.advance(60_000);
      assert.equal(seen.index.podCount, 0);
      assert.equal(seen.status.state.kind, 'live');
      assert.ok(seen.status.hidden.some(({ kind }) => kind === 'Pod'));
      cluster().refuse = undefined;
      seen.refresh();
      await clock.settle();
      assert.equal(seen.index.podCount, 4);
      assert.deepEqual(seen.status.hidden, []);
    });

    it('finds a namespace that was allowed meanwhile without being asked, at last', async () => {
      forbidden((namespace) => namespace === undefined);
      const seen = await follow();
      cluster().may = () => true;
      await clock.advance(1_800_000);
      assert.deepEqual(seen.index.namespaces(), ['default', 'secret', 'shop', 'team']);
    });

    it('finds a namespace that was allowed meanwhile when it is refreshed', async () => {
      forbidden((namespace) => namespace === undefined);
      const seen = await follow();
      cluster().may = () => true;
      seen.refresh();
      await clock.settle();
      assert.deepEqual(seen.index.namespaces(), ['default', 'secret', 'shop', 'team']);
    });
  });

  it('is denied altogether where the user has to sign in again, and live at once when refreshed after that', async () => {
    store(fakeKinds.pods, 'one');
    cluster().refuse = ({ resource }) =>
      resource === 'pods' ? clusterError('cluster-unauthorized') : undefined;
    const seen = await follow();
    assert.ok(seen.status.state.kind === 'denied');
    assert.equal(seen.status.state.failure.code, 'cluster-unauthorized');
    assert.deepEqual(seen.status.hidden, []);
    cluster().refuse = undefined;
    seen.refresh();
    await clock.settle();
    assert.equal(seen.status.state.kind, 'live');
    assert.equal(seen.index.podCount, 1);
  });

  it('reads many pods page by page', async () => {
    for (let count = 0; count < 501; count += 1) store(fakeKinds.pods, `pod-${count}`);
    const { index } = await follow();
    assert.equal(index.podCount, 501);
    assert.equal(cluster().asked.filter((call) => call === 'list pods').length, 2);
  });
});
