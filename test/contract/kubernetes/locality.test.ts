import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createClusters } from '../../../src/adapters/kubernetes/createClusters.ts';
import { createFiles } from '../../../src/adapters/node/nodeFiles.ts';
import { createProcesses } from '../../../src/adapters/node/nodeProcesses.ts';
import { createStores } from '../../../src/adapters/node/nodeStores.ts';
import { createLocalClusters } from '../../../src/engine/locality/createLocalClusters.ts';
import { createOptInFile } from '../../../src/engine/locality/optInFile.ts';
import { waitUntil } from '../../support/cliProcess.ts';
import { docker } from '../../support/cliWorkspace.ts';
import { hasCode } from '../../support/clusterContract.ts';
import { createTestEngine } from '../../support/dockerBuilds.ts';
import { fakeKinds } from '../../support/fakeKinds.ts';
import { useLabNamespace } from '../../support/labNamespace.ts';
import { allowContexts } from '../../support/localClusters.ts';
import { podImage } from '../../support/runningPod.ts';
import { skipTest } from '../../support/skipTest.ts';
import { useTemporaryFolder } from '../../support/temporaryFolder.ts';

/** Hands connections on to the API server of the tests' cluster, as the node of kind has it inside. */
const handOn = `require('node:net').createServer((socket) => {
  const other = require('node:net').connect(Number(process.argv[2]), process.argv[1]);
  for (const side of [socket, other]) side.on('error', () => side.destroy());
  socket.pipe(other).pipe(socket);
}).listen(6443)`;

interface Kubeconfig {
  readonly clusters: { readonly cluster: { server: string; 'certificate-authority-data': string } }[];
}

describe('proof of locality on a real engine and a real cluster', function () {
  this.timeout(120_000);
  const lab = useLabNamespace();
  const folder = useTemporaryFolder();
  const { signal } = new AbortController();
  const started: string[] = [];

  afterEach(() => {
    for (const name of started.splice(0)) docker('rm', '--force', '--volumes', name);
  });

  /** The only node of the cluster: its name, and where its API server listens for containers. */
  async function readNode(): Promise<{ name: string; host: string; port: number }> {
    const reads = lab.clusters.connect(lab.context);
    try {
      const { items } = await reads.list(fakeKinds.nodes, {}, {}, signal);
      const [node] = items;
      assert.ok(node);
      const { addresses } = node.status as { addresses: { type: string; address: string }[] };
      const host = addresses.find(({ type }) => type === 'InternalIP')?.address ?? '';
      return { name: node.metadata.name, host, port: Number(new URL(reads.context.server).port) };
    } finally {
      reads.dispose();
    }
  }

  /** A container with kind's labels whose published port leads to the cluster; its address. */
  async function startNode(name: string, labels: Readonly<Record<string, string>>): Promise<string> {
    const { host, port } = await readNode();
    const options = Object.entries(labels).flatMap(([label, value]) => ['--label', `${label}=${value}`]);
    docker(
      ...['run', '--detach', '--name', name, ...options, '--publish', '127.0.0.1::6443', podImage],
      ...['node', '-e', handOn, host, String(port)],
    );
    started.push(name);
    const address = docker('port', name, '6443/tcp').trim();
    await waitUntil('the container hands on', () =>
      fetch(`http://${address}/`).then(
        () => true,
        () => false,
      ),
    );
    return address;
  }

  /** The cluster's kubeconfig with another server, and the guard over it. */
  function useAddress(address: string, change: (config: Kubeconfig) => void = () => undefined) {
    const path = join(folder(), 'kubeconfig');
    const write = (changed: (config: Kubeconfig) => void): void => {
      const config = JSON.parse(readFileSync(process.env.TOWLINE_LAB_KUBECONFIG ?? '', 'utf8')) as Kubeconfig;
      for (const { cluster } of config.clusters) cluster.server = `https://${address}`;
      changed(config);
      writeFileSync(path, JSON.stringify(config));
    };
    write(change);
    const environment = { ...process.env, KUBECONFIG: path };
    const processes = createProcesses({ environment });
    const clusters = createClusters({ environment, homeFolder: homedir(), processes });
    const stores = createStores({ watchFolder: () => Promise.resolve({ dispose: () => undefined }) });
    const optIns = createOptInFile({ clusters, files: createFiles(), stores }, folder());
    return {
      clusters,
      write,
      local: createLocalClusters({ clusters, containers: createTestEngine() }, optIns),
    };
  }

  const kindLabels = (cluster: string) => ({
    'io.x-k8s.kind.cluster': cluster,
    'io.x-k8s.kind.role': 'control-plane',
  });

  it('holds for a container of kind whose name the node has, at each write, and no longer when it is gone', async function () {
    const { namespace, context } = await lab.open();
    const node = await readNode();
    if (docker('ps', '--all', '--quiet', '--filter', `name=^/${node.name}$`).trim() !== '')
      skipTest(this, `a container is named ${node.name} already`);
    const address = await startNode(node.name, kindLabels(`test-${randomUUID().slice(0, 8)}`));
    const { local } = useAddress(address);
    const locality = await local.judge(context, signal);
    assert.ok(locality.local, JSON.stringify(locality));
    assert.equal(locality.proof.by === 'container' && locality.proof.container, node.name);
    const writes = local.openWrites(context);
    const make = (name: string) =>
      writes.create(
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace } },
        fakeKinds.configMaps,
        signal,
      );
    assert.equal((await make('one')).metadata.name, 'one');
    docker('stop', '--time', '0', node.name);
    await assert.rejects(make('two'), hasCode('cluster-not-local'));
  });

  it('does not hold for labels on a container whose name no node has', async () => {
    const { context } = await lab.open();
    const name = `towline-test-${randomUUID().slice(0, 8)}`;
    const { local } = useAddress(await startNode(name, kindLabels(name)));
    const locality = await local.judge(context, signal);
    assert.ok(!locality.local);
    assert.match(locality.why, /has nodes that are none of its containers/);
  });

  it('does not hold for the right container without labels', async function () {
    const { context } = await lab.open();
    const node = await readNode();
    if (docker('ps', '--all', '--quiet', '--filter', `name=^/${node.name}$`).trim() !== '')
      skipTest(this, `a container is named ${node.name} already`);
    const { local } = useAddress(await startNode(node.name, {}));
    const locality = await local.judge(context, signal);
    assert.ok(!locality.local);
    assert.match(locality.why, /no running container of kind, k3d or minikube/);
  });

  it('does not outlast a change of the authority in the kubeconfig', async () => {
    const { context, namespace, clusters: open } = await lab.open();
    const address = new URL(open.connect(context).context.server).host;
    const { clusters, write, local } = useAddress(address);
    allowContexts(folder(), clusters, context);
    const remove = () =>
      local.openWrites(context).delete(fakeKinds.configMaps, namespace, 'nothing', {}, signal);
    await remove();
    const proven = await local.judge(context, signal);
    assert.ok(proven.local);
    write(({ clusters: [first] }) => {
      if (first) first.cluster['certificate-authority-data'] = Buffer.from('another').toString('base64');
    });
    // Also when it changes between the proof and the write.
    assert.throws(() => clusters.openForWriting(proven.proof), hasCode('cluster-not-local'));
    await assert.rejects(remove(), hasCode('cluster-not-local'));
  });
});
