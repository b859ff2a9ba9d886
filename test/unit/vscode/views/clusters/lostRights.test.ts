import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { ResourceKind } from '../../../../../src/domain/kubernetes/resourceKind.ts';
import { openCluster } from '../../../../../src/engine/workloads/openCluster.ts';
import {
  type ClustersStore,
  createClustersStore,
} from '../../../../../src/vscode/state/clusters/clustersStore.ts';
import {
  type ClusterSessions,
  createClusterSessions,
} from '../../../../../src/vscode/state/clusters/createClusterSessions.ts';
import { clustersTree } from '../../../../../src/vscode/views/clusters/clustersTree.ts';
import { makeClustersState } from '../../../../support/clusterStates.ts';
import { drawTree } from '../../../../support/drawTree.ts';
import { clusterError, createFakeClusters, type FakeClusters } from '../../../../support/fakeClusters.ts';
import { fakeKinds } from '../../../../support/fakeKinds.ts';
import { createManualClock, type ManualClock } from '../../../../support/manualClock.ts';

const minute = 60_000;

describe('the tree of a cluster whose user loses rights', () => {
  let clusters: FakeClusters;
  let clock: ManualClock;
  let store: ClustersStore;
  let sessions: ClusterSessions;

  beforeEach(async () => {
    clusters = createFakeClusters();
    clock = createManualClock();
    put(fakeKinds.deployments, 'web', { spec: { replicas: 0 }, status: { observedGeneration: 1 } });
    put(fakeKinds.pods, 'alone');
    store = createClustersStore(makeClustersState({ contexts: { kind: 'unread' } }));
    const localClusters = {
      judge: async () => ({ local: false, why: 'it is far away', next: 'Use another.' }) as const,
      openWrites: assert.fail,
    };
    sessions = createClusterSessions(
      {
        readContexts: () => clusters.readContexts(),
        openCluster: async (context) => openCluster({ clusters, clock, localClusters }, context),
      },
      store,
      clock,
    );
    sessions.readContexts();
    sessions.show(true);
    sessions.expand('lab', true);
    await clock.advance(1_000);
  });
  afterEach(() => sessions.stop());

  function put(kind: ResourceKind, name: string, rest: object = {}): void {
    const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
    const metadata = { name, namespace: 'shop' };
    clusters.cluster('lab').objects.store(kind, { apiVersion, kind: kind.kind, metadata, ...rest });
  }

  const labels = (): readonly string[] =>
    drawTree(clustersTree(store.state, clock.now()))
      .split('\n')
      .map((line) => line.replace(/ \| .*/, ''));

  /** What is refused from now on; watches end, as all do after some minutes. */
  async function refuse(plural?: string): Promise<void> {
    const cluster = clusters.cluster('lab');
    cluster.refuse = ({ resource }) =>
      plural === undefined || resource === plural ? clusterError('cluster-forbidden') : undefined;
    for (const watch of cluster.watches)
      if (plural === undefined || watch.kind.plural === plural) watch.end(clusterError('cluster-forbidden'));
    await clock.advance(2 * minute);
  }

  async function allow(): Promise<void> {
    clusters.cluster('lab').refuse = undefined;
    await clock.advance(20 * minute);
  }

  const namespace = '  symbol-namespace shop';
  const web = '    circle-outline web';

  it('names the kind that is hidden and shows the others, until it may be seen again', async () => {
    const before = labels();
    assert.deepEqual(before, ['server lab', namespace, web, '    sync alone']);
    await refuse('pods');
    // The context's own namespace is tried by itself.
    assert.deepEqual(labels(), [
      'server lab',
      '  lock Hidden from you',
      '  symbol-namespace default',
      '    lock Hidden from you',
      namespace,
      web,
    ]);
    await allow();
    assert.deepEqual(labels(), before);
  });

  it('says that it is not allowed and shows nothing, until it is allowed again', async () => {
    const before = labels();
    await refuse();
    const [first, second, ...rest] = labels();
    assert.equal(first, 'lock lab');
    assert.match(second ?? '', /^ {2}warning /);
    assert.ok(!rest.some((line) => /shop|web|alone/.test(line)), rest.join('\n'));
    const asked = clusters.cluster('lab').asked.length;
    await clock.advance(60 * minute);
    const rate = (clusters.cluster('lab').asked.length - asked) / 3600;
    assert.ok(rate < 0.1, `${rate.toFixed(2)} requests a second, of all kinds together`);
    await allow();
    assert.deepEqual(labels(), before);
  });
});
