import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { parse } from 'yaml';
import { composePorts } from '../../src/cli/composePorts.ts';
import type { ClusterObject } from '../../src/domain/kubernetes/clusterObject.ts';
import type { Verdict } from '../../src/domain/verdict/verdict.ts';
import { createEngine } from '../../src/engine/createEngine.ts';
import { openedCluster } from '../../src/vscode/state/clusters/clustersState.ts';
import { createClustersStore } from '../../src/vscode/state/clusters/clustersStore.ts';
import { createClusterSessions } from '../../src/vscode/state/clusters/createClusterSessions.ts';
import { clustersTree } from '../../src/vscode/views/clusters/clustersTree.ts';
import type { TreeNode } from '../../src/vscode/views/treeNode.ts';
import { useCliLab } from '../support/cliLab.ts';
import { assertExit, towline } from '../support/cliProcess.ts';
import { type ClusterContract, proofOf } from '../support/clusterContract.ts';
import { makeClustersState } from '../support/clusterStates.ts';
import { allNodes } from '../support/drawTree.ts';
import { fakeKinds } from '../support/fakeKinds.ts';
import { useLabNamespace } from '../support/labNamespace.ts';
import { patience } from '../support/patience.ts';
import { markedLine, slowStart, smallQuota, tellingWorkloads } from '../support/tellingWorkloads.ts';

/** Milliseconds until everything has failed in its own way; an init container counts as stuck after half a minute. */
const limit = 120_000 * patience;

describe('rollouts that fail on a real cluster', function () {
  this.timeout(240_000 * patience);
  const cli = useCliLab();
  const lab = useLabNamespace();
  const { signal } = new AbortController();

  beforeEach(function () {
    this.currentTest?.timeout(240_000 * patience);
  });

  function makeWorkloads() {
    // The node knows the machine's registries by this name.
    const missing = `localhost:${cli.registry.port}/shop/nothing:1`;
    return tellingWorkloads({ node: process.env.TOWLINE_LAB_NODE_IMAGE ?? 'local/node:24', missing });
  }

  /** Quotas count only once the cluster has looked at them. */
  async function createQuota({ clusters, context, namespace }: ClusterContract): Promise<void> {
    const { name, hard } = smallQuota;
    const metadata = { name, namespace };
    await clusters
      .openForWriting(proofOf(clusters, context))
      .create(
        { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard } },
        fakeKinds.resourceQuotas,
        signal,
      );
    const reads = clusters.connect(context);
    try {
      for (;;) {
        const quota = await reads.get(fakeKinds.resourceQuotas, namespace, name, signal);
        if ((quota?.status as { hard?: object } | undefined)?.hard) return;
        await wait(50);
      }
    } finally {
      reads.dispose();
    }
  }

  /** The window's own parts, from the cluster up to the lines of the tree. */
  async function openTree({ context, namespace }: ClusterContract) {
    const environment = { ...process.env, KUBECONFIG: process.env.TOWLINE_LAB_KUBECONFIG };
    const ports = composePorts(environment, { allowBranches: () => Promise.resolve('declined') });
    const facts = { host: 'cli', version: '0', platform: 'linux/x64', dataFolder: '/nowhere' } as const;
    const store = createClustersStore(
      makeClustersState({ contexts: { kind: 'unread' }, filter: { namespaces: [namespace] } }),
    );
    const sessions = createClusterSessions(createEngine(ports, facts), store, ports.clock);
    sessions.readContexts();
    sessions.show(true);
    sessions.expand(context, true);
    const draw = (): readonly TreeNode[] => allNodes(clustersTree(store.state, Date.now()));
    return {
      store,
      draw,
      rows: () => openedCluster(store.state, context)?.rows,
      [Symbol.asyncDispose]: () => sessions.stop(),
    };
  }

  const lineOf = (nodes: readonly TreeNode[], name: string): TreeNode | undefined =>
    nodes.find(
      ({ context, target }) => context.startsWith('workload.') && target.cluster?.object?.name === name,
    );
  const verdictOf = (nodes: readonly TreeNode[], name: string): string | undefined =>
    nodes
      .find(({ context, target }) => context === 'verdict' && target.cluster?.object?.name === name)
      ?.tooltip?.split('\n')[0];

  it('each have the right sentence in the tree and on the command line, with its line', async () => {
    const place = await lab.open();
    const workloads = makeWorkloads();
    const failing = workloads.filter(({ state }) => state !== 'healthy');
    await createQuota(place);
    await using tree = await openTree(place);
    let shownHealthy: number | undefined;
    const look = (): readonly TreeNode[] => {
      const nodes = tree.draw();
      for (const { name, state } of workloads) {
        const line = lineOf(nodes, name);
        if (line?.icon?.name !== 'pass') continue;
        if (state !== 'healthy') assert.fail(`${name} is shown as healthy`);
        shownHealthy ??= Date.now();
      }
      return nodes;
    };
    const watching = tree.store.onChange(look);
    try {
      const writes = place.clusters.openForWriting(proofOf(place.clusters, place.context));
      for (const { manifest } of workloads) {
        const object = parse(manifest) as ClusterObject;
        const metadata = { ...object.metadata, namespace: place.namespace };
        await writes.create({ ...object, metadata }, fakeKinds.deployments, signal);
      }
      const deadline = performance.now() + limit;
      for (;;) {
        const nodes = look();
        const wrong = failing.filter(({ name, sentence }) => !sentence.test(verdictOf(nodes, name) ?? ''));
        if (wrong.length === 0 && lineOf(nodes, 'healthy')?.icon?.name === 'pass') break;
        if (performance.now() > deadline)
          assert.fail(wrong.map(({ name }) => `${name}: ${verdictOf(nodes, name)}`).join('\n'));
        await wait(200);
      }
    } finally {
      watching.dispose();
    }
    const healthy = tree
      .rows()
      ?.in(place.namespace)
      .find(({ workload }) => workload.name === 'healthy');
    const started = healthy?.pods[0]?.containers[0]?.state;
    assert.ok(started?.kind === 'running' && started.since !== undefined && shownHealthy !== undefined);
    assert.ok(
      shownHealthy - started.since >= slowStart * 1000,
      `it is shown as healthy ${shownHealthy - started.since} ms after its start`,
    );

    const files = Object.fromEntries(
      workloads.map(({ name, manifest }) => [`deploy/dev/${name}.yaml`, manifest]),
    );
    const workspace = cli.makeWorkspace({
      dev: { context: place.context },
      files: {
        'deploy/dev/kustomization.yaml': undefined,
        'deploy/dev/deployment.yaml': undefined,
        ...files,
      },
    });
    const environment = { ...workspace.environment, KUBECONFIG: process.env.TOWLINE_LAB_KUBECONFIG ?? '' };
    for (const { name, manifest, state, sentence } of workloads) {
      const words = ['verdict', name, '--env', 'dev', '-n', place.namespace, '--json'];
      const result = await towline({ ...workspace, environment }, ...words);
      const verdict = JSON.parse(result.stdout.trim().split('\n').at(-1) ?? '{}') as Verdict;
      assertExit(result, state === 'healthy' ? 0 : 1);
      assert.match(verdict.sentence, sentence);
      assert.equal(verdict.state, state);
      const at = verdict.at && `${verdict.at.file}:${verdict.at.line}`;
      assert.equal(at, state === 'healthy' ? undefined : `deploy/dev/${name}.yaml:${markedLine(manifest)}`);
    }
  });
});
