import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Environment } from '../../../../src/domain/workspace/environment.ts';
import { listAgentObjects, readServicePods } from '../../../../src/engine/delivery/readCluster.ts';
import type { Ports } from '../../../../src/engine/ports/ports.ts';
import { clusterError, createFakeClusters } from '../../../support/fakeClusters.ts';
import { fakeKinds } from '../../../support/fakeKinds.ts';

const { signal } = new AbortController();
const digest = `sha256:${'a'.repeat(64)}`;
const meant = { matches: 'shop/api', repository: 'localhost:5001/shop/api' };
const environment: Environment = {
  name: 'dev',
  repository: { kind: 'same' },
  path: 'deploy/dev',
  allowDirty: false,
  group: false,
  context: 'lab',
};
const application = {
  group: 'argoproj.io',
  version: 'v1alpha1',
  kind: 'Application',
  plural: 'applications',
  namespaced: true,
};

function openFake() {
  const clusters = createFakeClusters();
  const cluster = clusters.cluster('lab');
  const ports = { clusters } as unknown as Ports;
  const addPod = (
    name: string,
    image: string,
    options: { readonly ready: boolean; readonly imageID?: string },
  ) =>
    cluster.objects.store(fakeKinds.pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'shop' },
      spec: { containers: [{ name: 'main', image }] },
      status: {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: options.ready ? 'True' : 'False' }],
        containerStatuses: [{ name: 'main', image, imageID: options.imageID ?? '', ready: options.ready }],
      },
    });
  return { clusters, cluster, ports, addPod };
}

describe('pods of a service', () => {
  it('are counted by the image that really runs', async () => {
    const { ports, addPod } = openFake();
    addPod('one', `localhost:5001/shop/api:v1@${digest}`, { ready: true });
    addPod('two', 'localhost:5001/shop/api:v1', {
      ready: false,
      imageID: `docker-pullable://localhost:5001/shop/api@${digest}`,
    });
    addPod('old', 'localhost:5001/shop/api:v0', { ready: true });
    addPod('other', 'localhost:5001/shop/web:v1', { ready: true });
    const runs = async (reference: string) => reference.endsWith(digest);
    assert.deepEqual(await readServicePods(ports, environment, meant, runs, signal), {
      context: 'lab',
      all: 3,
      including: 2,
      ready: 1,
    });
  });

  it('are those of its own namespace where the user may not see others', async () => {
    const { cluster, ports, addPod } = openFake();
    addPod('one', 'localhost:5001/shop/api:v1', { ready: true });
    cluster.refuse = ({ method, namespace }) =>
      method === 'list' && namespace === undefined ? clusterError('cluster-forbidden') : undefined;
    const pods = await readServicePods(ports, environment, meant, async () => true, signal);
    assert.deepEqual(pods, { context: 'lab', all: 0, including: 0, ready: 0 });
    assert.ok(cluster.asked.some((line) => line.startsWith('list pods ') && !line.endsWith('pods ')));
  });

  it('are unknown, not gone, while the cluster cannot be asked', async () => {
    const { cluster, ports } = openFake();
    cluster.refuse = () => clusterError('cluster-unreachable', 'no route');
    const pods = await readServicePods(ports, environment, meant, async () => true, signal);
    assert.match(JSON.stringify(pods), /unknown.*lab could not be asked.*no route/);
  });
});

describe("an agent's objects", () => {
  it('are looked for only where the cluster serves their kind', async () => {
    const { clusters, cluster } = openFake();
    assert.deepEqual(await listAgentObjects(clusters.connect('lab'), signal), []);
    assert.ok(!cluster.asked.some((line) => line.startsWith('list')));
    cluster.kinds = [...cluster.kinds, application];
    cluster.objects.store(application, {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'shop', namespace: 'argocd' },
      status: { sync: { status: 'Synced', revision: 'f'.repeat(40) } },
    });
    const [found] = await listAgentObjects(clusters.connect('lab'), signal);
    assert.equal(found?.applied?.commit, 'f'.repeat(40));
  });
});
