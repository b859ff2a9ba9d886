import assert from 'node:assert/strict';
import { TowlineError } from '../../../../src/domain/errors/towlineError.ts';
import { createLocalClusters } from '../../../../src/engine/locality/createLocalClusters.ts';
import type { OptInFile } from '../../../../src/engine/locality/optInFile.ts';
import type { EngineContainer } from '../../../../src/engine/ports/containerEngine.ts';
import { hasCode } from '../../../support/clusterContract.ts';
import { clusterError, createFakeClusters, type FakeCluster } from '../../../support/fakeClusters.ts';
import {
  createFakeContainerEngine,
  type FakeContainerEngineOptions,
} from '../../../support/fakeContainerEngine.ts';
import { fakeKinds } from '../../../support/fakeKinds.ts';

const server = 'https://127.0.0.1:41234';

/** A container as kind makes it. */
function kindContainer(name: string, more: Partial<EngineContainer> = {}): EngineContainer {
  return {
    id: name,
    name,
    running: true,
    labels: { 'io.x-k8s.kind.cluster': 'dev', 'io.x-k8s.kind.role': 'control-plane' },
    ports: [{ containerPort: 6443, hostAddress: '127.0.0.1', hostPort: 41234 }],
    networks: { kind: ['172.18.0.2'] },
    ...more,
  };
}

function storeNode({ objects }: FakeCluster, name: string): void {
  objects.store(fakeKinds.nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name } });
}

describe('a cluster that its containers prove local', () => {
  const { signal } = new AbortController();
  const noOptIns = { file: 'f.yaml', read: () => [] } as Partial<OptInFile> as OptInFile;

  /** A context whose address is that of kind's container; its nodes have these names. */
  function start(
    context: string,
    nodes: readonly string[],
    options: FakeContainerEngineOptions & { readonly container?: string | false } = {},
  ) {
    const clusters = createFakeClusters({ contexts: [context] });
    const containers = createFakeContainerEngine(options);
    const name = options.container ?? 'dev-control-plane';
    if (name !== false) containers.containers.set(name, kindContainer(name));
    const cluster = clusters.cluster(context);
    cluster.context = { ...cluster.context, server };
    for (const node of nodes) storeNode(cluster, node);
    const local = createLocalClusters({ clusters, containers }, noOptIns);
    const object = (called: string) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: called, namespace: 'default' },
    });
    const writes = local.openWrites(context);
    const write = (called = 'one') => writes.create(object(called), fakeKinds.configMaps, signal);
    const written = () => cluster.asked.filter((line) => line.startsWith('create'));
    async function assertRefused(why: RegExp): Promise<void> {
      const locality = await local.judge(context, signal);
      assert.ok(!locality.local);
      assert.match(locality.why, why);
      const before = written().length;
      await assert.rejects(write('refused'), hasCode('cluster-not-local'));
      assert.equal(written().length, before);
    }
    return { clusters, cluster, containers, local, write, written, assertRefused };
  }

  it('can be written to, and says by what', async () => {
    const { local, write, cluster } = start('any-name', ['dev-control-plane']);
    const locality = await local.judge('any-name', signal);
    assert.ok(locality.local);
    assert.deepEqual(locality.proof, {
      context: 'any-name',
      server,
      authority: cluster.context.authority,
      by: 'container',
      tool: 'kind',
      container: 'dev-control-plane',
    });
    assert.match(locality.because, /dev-control-plane of the kind cluster dev publishes 127\.0\.0\.1:41234/);
    await write();
  });

  it('is not a production cluster that is the current context', async () => {
    const { clusters, cluster, assertRefused } = start('prod', ['ip-10-0-0-1']);
    cluster.context = { ...cluster.context, server: 'https://prod.example.com' };
    assert.equal(clusters.current, 'prod');
    await assertRefused(
      /no running container of kind, k3d or minikube publishes https:\/\/prod\.example\.com/,
    );
  });

  it('is not a production cluster that is forwarded to a port of the loopback', async () => {
    await start('prod', ['ip-10-0-0-1'], { container: false }).assertRefused(/no running container/);
  });

  it('is not a production cluster that is forwarded to the very port of a container', async () => {
    await start('prod', ['ip-10-0-0-1', 'ip-10-0-0-2']).assertRefused(
      /nodes that are none of its containers \(ip-10-0-0-1, ip-10-0-0-2\)/,
    );
  });

  it('is not one that only has the name of a kind cluster', async () => {
    const { cluster, assertRefused } = start('kind-prod', ['ip-10-0-0-1']);
    cluster.context = { ...cluster.context, server: 'https://10.0.0.1:6443', cluster: 'kind-prod' };
    await assertRefused(/no running container/);
  });

  it('is not one behind a remote engine', async () => {
    const { containers, assertRefused } = start('kind-dev', ['dev-control-plane'], { remote: true });
    await assertRefused(/the container engine is not on this machine/);
    assert.equal(containers.containers.size, 1);
  });

  it('is not one with a node that is no container, though the others are', async () => {
    await start('kind-dev', ['dev-control-plane', 'ip-10-0-0-1']).assertRefused(/\(ip-10-0-0-1\)/);
  });

  it('is not one that has no nodes, or more than are looked at', async () => {
    await start('kind-dev', []).assertRefused(/has no nodes/);
    const many = start('kind-dev', ['dev-control-plane']);
    for (let index = 0; index < 250; index += 1) {
      const name = `a${index}`;
      storeNode(many.cluster, name);
      many.containers.containers.set(name, kindContainer(name));
    }
    await many.assertRefused(/none of its containers \(others\)/);
  });

  it('is not one with labels that somebody put on a container of another name', async () => {
    await start('lab', ['node1'], { container: 'not-node1' }).assertRefused(/\(node1\)/);
  });

  it('is not one that nobody can ask', async () => {
    const { cluster, assertRefused, containers } = start('kind-dev', ['dev-control-plane']);
    cluster.refuse = ({ method }) =>
      method === 'list' ? clusterError('cluster-forbidden', 'nodes is forbidden') : undefined;
    await assertRefused(/You may not do this on the cluster: nodes is forbidden/);
    cluster.refuse = undefined;
    containers.isLocal = () =>
      Promise.reject(new TowlineError('engine-unreachable', { why: 'nothing listens' }));
    await assertRefused(/No Docker engine answers: nothing listens/);
  });

  it('is proven anew at each write', async () => {
    const { cluster, containers, write, written, assertRefused } = start('kind-dev', ['dev-control-plane']);
    await write('one');
    const container = kindContainer('dev-control-plane');
    containers.containers.set(container.id, { ...container, running: false });
    await assertRefused(/no running container/);
    containers.containers.set(container.id, container);
    await write('two');
    storeNode(cluster, 'ip-10-0-0-1');
    await assertRefused(/ip-10-0-0-1/);
    assert.deepEqual(written(), ['create configmaps default/one', 'create configmaps default/two']);
  });

  it('is not one whose authority or address changes between the proof and the write', async () => {
    for (const changed of [{ authority: 'b'.repeat(64) }, { server: 'https://127.0.0.1:41235' }]) {
      const { cluster, write, written } = start('kind-dev', ['dev-control-plane']);
      // The nodes are the last that the proof asks for.
      cluster.refuse = ({ method }) => {
        if (method === 'list') cluster.context = { ...cluster.context, ...changed };
        return undefined;
      };
      await assert.rejects(write(), hasCode('cluster-not-local'));
      assert.deepEqual(written(), []);
    }
  });

  it('rejects with the reason of a signal that is aborted meanwhile', async () => {
    const gate = Promise.withResolvers<void>();
    const { local } = start('kind-dev', ['dev-control-plane'], { gate: () => gate.promise });
    const cancelling = new AbortController();
    const judging = local.judge('kind-dev', cancelling.signal);
    const reason = new Error('cancelled');
    cancelling.abort(reason);
    await assert.rejects(judging, reason);
  });
});
