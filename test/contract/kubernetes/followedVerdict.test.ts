import assert from 'node:assert/strict';
import { createClusters } from '../../../src/adapters/kubernetes/createClusters.ts';
import { createProcesses } from '../../../src/adapters/node/nodeProcesses.ts';
import { createSystemClock } from '../../../src/adapters/node/systemClock.ts';
import { followVerdict } from '../../../src/engine/rollouts/followVerdict.ts';
import { proofOf } from '../../support/clusterContract.ts';
import { fakeKinds } from '../../support/fakeKinds.ts';
import { useControlPlane } from '../../support/useControlPlane.ts';

describe('a verdict that is followed on a real API server', function () {
  this.timeout(120_000);
  const control = useControlPlane();
  const { signal } = new AbortController();

  it('goes on through a restart of it, and says so', async () => {
    const environment = { ...process.env, KUBECONFIG: control().kubeconfig };
    const processes = createProcesses({ environment });
    const clusters = createClusters({ environment, homeFolder: '/nowhere', processes });
    const writes = clusters.openForWriting(proofOf(clusters, 'lab'));
    const metadata = { name: 'api', namespace: 'default' };
    const labels = { app: 'api' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'shop/api:1' }] } };
    const spec = { selector: { matchLabels: labels }, template };
    await writes.create(
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec },
      fakeKinds.deployments,
      signal,
    );
    const said: (string | undefined)[] = [];
    const restarting = Promise.withResolvers<void>();
    const verdicts = followVerdict(
      { clusters, clock: createSystemClock() },
      {
        context: 'lab',
        namespace: 'default',
        workload: 'api',
        onStale(failure) {
          said.push(failure?.code);
          if (failure) restarting.resolve();
        },
      },
      signal,
    );
    const states: string[] = [];
    const judged = Promise.withResolvers<void>();
    const following = (async () => {
      for await (const { state } of verdicts) {
        states.push(state);
        judged.resolve();
        if (state === 'healthy') return;
      }
    })();

    await Promise.race([judged.promise, following]);
    await control().kill();
    await Promise.race([restarting.promise, following]);
    await control().restart();
    const target = { kind: fakeKinds.deployments, namespace: 'default', name: 'api' };
    await writes.patch(target, { spec: { replicas: 0 } }, { fieldManager: 'test' }, signal);
    await following;

    assert.equal(states.at(-1), 'healthy');
    assert.equal(said[0], 'cluster-unreachable');
    assert.equal(said.at(-1), undefined);
  });
});
