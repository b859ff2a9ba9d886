import assert from 'node:assert/strict';
import { TowlineError } from '../../../../../src/domain/errors/towlineError.ts';
import type { ClusterContext } from '../../../../../src/engine/ports/clusters.ts';
import { openedCluster } from '../../../../../src/vscode/state/clusters/clustersState.ts';
import {
  type ClustersChange,
  createClustersStore,
} from '../../../../../src/vscode/state/clusters/clustersStore.ts';
import { createClusterSessions } from '../../../../../src/vscode/state/clusters/createClusterSessions.ts';
import {
  makeClustersState,
  makeContext,
  makeContexts,
  putDeployment,
} from '../../../../support/clusterStates.ts';
import { createFakeOpenCluster, type FakeOpenCluster } from '../../../../support/fakeOpenCluster.ts';
import { createManualClock } from '../../../../support/manualClock.ts';

const live = { kind: 'live', since: 0 } as const;
const minute = 60_000;

function setUp() {
  const clock = createManualClock();
  const store = createClustersStore(makeClustersState({ contexts: { kind: 'unread' } }));
  const opened: FakeOpenCluster[] = [];
  const kubeconfig: { contexts: readonly ClusterContext[]; broken?: TowlineError } = {
    contexts: [makeContext('dev'), makeContext('prod')],
  };
  const sessions = createClusterSessions(
    {
      readContexts() {
        if (kubeconfig.broken) throw kubeconfig.broken;
        return makeContexts(kubeconfig.contexts);
      },
      async openCluster(name) {
        if (!kubeconfig.contexts.some((context) => context.name === name))
          throw new TowlineError('context-unknown', { why: `There is no ${name}.` });
        const made = createFakeOpenCluster(name);
        opened.push(made);
        return made.cluster;
      },
    },
    store,
    clock,
  );
  const changes: ClustersChange[] = [];
  store.onChange((change) => changes.push(change));
  return { clock, store, sessions, opened, kubeconfig, changes };
}

/** The cluster `dev` looked at and read once. */
async function setUpOpen() {
  const parts = setUp();
  const { sessions, clock, opened } = parts;
  sessions.readContexts();
  sessions.show(true);
  sessions.expand('dev', true);
  await clock.settle();
  const [dev] = opened;
  const [following] = dev?.followings ?? [];
  assert.ok(dev && following);
  putDeployment(following.tables, 'shop', 'api', [{}]);
  following.become(live);
  return { ...parts, dev, following };
}

describe('createClusterSessions', () => {
  it('connects to nothing until a context is opened in a view that can be seen', async () => {
    const { sessions, clock, opened } = setUp();
    sessions.readContexts();
    await clock.settle();
    assert.equal(opened.length, 0);
    sessions.expand('dev', true);
    await clock.settle();
    assert.equal(opened.length, 0);
    sessions.show(true);
    await clock.settle();
    assert.deepEqual(
      opened.map(({ cluster }) => cluster.context.name),
      ['dev'],
    );
  });

  it('shows what is read, and whether it may be written to', async () => {
    const { store, clock } = await setUpOpen();
    await clock.settle();
    const cluster = openedCluster(store.state, 'dev');
    assert.equal(cluster?.wasRead, true);
    assert.deepEqual(cluster?.rows.namespaces(), ['shop']);
    assert.equal(cluster?.locality?.local, false);
  });

  it('tells which lines changed, and of which namespaces the count did', async () => {
    const { following, changes } = await setUpOpen();
    changes.length = 0;
    putDeployment(following.tables, 'shop', 'api', [{ restarts: 1 }]);
    following.tell();
    assert.deepEqual(changes, [
      { context: 'dev', rows: { workloads: new Set(['shop-api']), namespaces: new Set() } },
    ]);
    changes.length = 0;
    putDeployment(following.tables, 'shop', 'api', [{ ready: false }]);
    following.tell();
    assert.deepEqual(changes[0]?.rows?.namespaces, new Set(['shop']));
  });

  it('stops following a while after nobody looks any more, and shows how old that is', async () => {
    const { sessions, clock, following, store, dev } = await setUpOpen();
    sessions.show(false);
    await clock.advance(minute - 1);
    assert.equal(following.signal.aborted, false);
    await clock.advance(1);
    assert.equal(following.signal.aborted, true);
    assert.equal(openedCluster(store.state, 'dev')?.paused, clock.now());

    sessions.show(true);
    await clock.settle();
    assert.equal(dev.followings.length, 2);
    assert.deepEqual(openedCluster(store.state, 'dev')?.rows.namespaces(), ['shop'], 'what was known stays');
    dev.followings[1]?.become(live);
    assert.deepEqual(openedCluster(store.state, 'dev')?.rows.namespaces(), []);
  });

  it('goes on following when somebody looks again in time', async () => {
    const { sessions, clock, following, dev } = await setUpOpen();
    sessions.expand('dev', false);
    await clock.advance(minute / 2);
    sessions.expand('dev', true);
    await clock.advance(minute * 2);
    assert.equal(following.signal.aborted, false);
    assert.equal(dev.followings.length, 1);
  });

  it('keeps the age of what it shows when the cluster does not answer any more', async () => {
    const { sessions, clock, store, dev } = await setUpOpen();
    sessions.show(false);
    await clock.advance(minute);
    const paused = clock.now();
    await clock.advance(5 * minute);
    sessions.show(true);
    await clock.settle();
    const { failure } = new TowlineError('cluster-unreachable', { why: 'no route' });
    dev.followings[1]?.become({ kind: 'stale', since: clock.now(), failure, nextTry: clock.now() + 800 });
    const cluster = openedCluster(store.state, 'dev');
    assert.equal(cluster?.status.state.since, paused);
    assert.deepEqual(cluster?.rows.namespaces(), ['shop']);
  });

  it('says why a context cannot be opened, and tries again when asked', async () => {
    const { sessions, clock, store, kubeconfig } = setUp();
    sessions.show(true);
    sessions.expand('gone', true);
    await clock.settle();
    assert.equal(store.state.clusters.get('gone')?.kind, 'failed');
    kubeconfig.contexts = [makeContext('gone')];
    sessions.refresh('gone');
    await clock.settle();
    assert.equal(store.state.clusters.get('gone')?.kind, 'open');
  });

  it('shows nothing of a server that a context no longer means', async () => {
    const { sessions, clock, store, kubeconfig, dev, opened } = await setUpOpen();
    kubeconfig.contexts = [makeContext('dev', { server: 'https://other.example:6443' })];
    sessions.readContexts();
    await clock.settle();
    assert.equal(dev.disposed, true);
    assert.equal(opened.length, 2);
    assert.deepEqual(openedCluster(store.state, 'dev')?.rows.namespaces(), []);
  });

  it('says why the kubeconfig cannot be read', () => {
    const { sessions, store, kubeconfig } = setUp();
    kubeconfig.broken = new TowlineError('kubeconfig-invalid', { why: 'line 3' });
    sessions.readContexts();
    assert.equal(store.state.contexts.kind, 'failed');
  });

  it('lets every cluster go when it stops', async () => {
    const { sessions, dev, following } = await setUpOpen();
    await sessions.stop();
    assert.equal(following.signal.aborted, true);
    assert.equal(dev.disposed, true);
  });
});
