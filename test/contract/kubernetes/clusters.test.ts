import { describeClusterContract } from '../../support/clusterContract.ts';
import { createFakeClusters } from '../../support/fakeClusters.ts';
import { fakeKinds } from '../../support/fakeKinds.ts';
import { useLabNamespace } from '../../support/labNamespace.ts';

describe('a cluster in memory', () => {
  describeClusterContract(async () => {
    const clusters = createFakeClusters({ endsWatches: true });
    const { objects } = clusters.cluster('lab');
    const namespace = 'contract';
    objects.store(fakeKinds.namespaces, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    });
    return { clusters, context: 'lab', namespace };
  });
});

describe('a real cluster', function () {
  this.timeout(30_000);
  const lab = useLabNamespace();
  describeClusterContract(() => lab.open());
});
