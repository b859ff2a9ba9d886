import assert from 'node:assert/strict';
import { writeHosting } from '../../../../src/domain/localCluster/registryHosting.ts';
import type { Locality } from '../../../../src/domain/locality/locality.ts';
import type { LocalClusters } from '../../../../src/engine/locality/localClusters.ts';
import { findClusterRegistry } from '../../../../src/engine/registries/clusterRegistry.ts';
import { clusterError, createFakeClusters } from '../../../support/fakeClusters.ts';
import { fakeKinds } from '../../../support/fakeKinds.ts';

const { signal } = new AbortController();

/** A cluster that says where its registry is. */
function start(local: boolean, said: object = writeHosting('localhost:5555', 'kind-registry:5000')) {
  const clusters = createFakeClusters();
  clusters.cluster('lab').objects.store(fakeKinds.configMaps, said as ReturnType<typeof writeHosting>);
  const locality = { local, why: '', next: '' } as Partial<Locality> as Locality;
  const localClusters = {
    judge: () => Promise.resolve(locality),
  } as Partial<LocalClusters> as LocalClusters;
  return {
    cluster: clusters.cluster('lab'),
    find: () => findClusterRegistry({ clusters, localClusters }, 'lab', signal),
  };
}

describe("the registry of an environment's cluster", () => {
  it('is what the cluster says, where it is proven local', async () => {
    const { find } = start(true);
    assert.deepEqual(await find(), {
      host: 'localhost:5555',
      because: 'the local cluster of lab says that it has one',
    });
  });

  it('is none where the cluster is not proven local, and it is not asked', async () => {
    const { find, cluster } = start(false);
    assert.equal(await find(), undefined);
    assert.deepEqual(cluster.asked, []);
  });

  it('is none where it says nothing, something else for its nodes, or does not answer', async () => {
    const hosting = writeHosting('localhost:5555', 'kind-registry:5000');
    const text = 'host: "localhost:5555"\nhostFromContainerRuntime: "registry:5000"\n';
    for (const data of [{}, { 'localRegistryHosting.v1': text }])
      assert.equal(await start(true, { ...hosting, data }).find(), undefined);
    const { find, cluster } = start(true);
    cluster.failNext('get', clusterError('cluster-unreachable'));
    assert.equal(await find(), undefined);
  });
});
