import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { assertExit, type CliPlace, towline, waitUntil } from '../support/cliProcess.ts';
import { startAtTerminal, whyNoTerminal } from '../support/cliTerminal.ts';
import { type ClusterContract, proofOf } from '../support/clusterContract.ts';
import { fakeKinds } from '../support/fakeKinds.ts';
import { useLabNamespace } from '../support/labNamespace.ts';
import { allowContexts } from '../support/localClusters.ts';
import { patience } from '../support/patience.ts';
import { podImage, startPod } from '../support/runningPod.ts';
import { skipTest } from '../support/skipTest.ts';
import { useTemporaryFolder } from '../support/temporaryFolder.ts';

describe('towline exec on a real cluster', function () {
  this.timeout(120_000 * patience);
  const lab = useLabNamespace();
  const folder = useTemporaryFolder();
  const { signal } = new AbortController();

  async function start(
    allowed = true,
  ): Promise<{ place: CliPlace; words: string[]; contract: ClusterContract }> {
    const contract = await lab.open();
    const data = join(folder(), 'data');
    mkdirSync(data);
    if (allowed) allowContexts(data, contract.clusters, contract.context);
    const environment = {
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      HOME: folder(),
      KUBECONFIG: process.env.TOWLINE_LAB_KUBECONFIG ?? '',
      TOWLINE_DATA: data,
    };
    const words = ['exec', '--context', contract.context, '-n', contract.namespace];
    return { place: { folder: folder(), environment }, words, contract };
  }

  it('runs in a ready pod of a workload, and ends with the exit code of the program', async () => {
    const { place, words, contract } = await start();
    const { clusters, context, namespace } = contract;
    const labels = { app: 'api' };
    await startPod(contract, 'stranger');
    await clusters.openForWriting(proofOf(clusters, context)).create(
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'api', namespace },
        spec: {
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: {
              terminationGracePeriodSeconds: 0,
              containers: ['side', 'main'].map((name) => ({
                name,
                image: podImage,
                imagePullPolicy: 'IfNotPresent',
                command: ['sleep', '300'],
              })),
            },
          },
        },
      },
      fakeKinds.deployments,
      signal,
    );
    assertExit(await towline(place, 'verdict', 'api', '--context', context, '-n', namespace, '--watch'), 0);
    const result = await towline(place, ...words, 'api', '-c', 'main', '--', 'sh', '-c', 'hostname; exit 5');
    assertExit(result, 5);
    assert.match(result.stdout, /^api-/);
    const target = { kind: fakeKinds.deployments, namespace, name: 'api' };
    const unknown = await towline(place, ...words, 'api', '-c', 'nobody', '--', 'true');
    assertExit(unknown, 1);
    assert.match(unknown.stderr, /has no container nobody[\s\S]*It has side, main/);

    await clusters
      .openForWriting(proofOf(clusters, context))
      .patch(target, { spec: { replicas: 0 } }, { fieldManager: 'test' }, signal);
    const watched = ['verdict', 'api', '--context', context, '-n', namespace, '--watch'];
    assertExit(await towline(place, ...watched), 0);
    const none = await towline(place, ...words, 'api', '--', 'true');
    assertExit(none, 1);
    assert.match(none.stderr, /(?:Deployment api has no pods|none of the \d pods of Deployment api runs)\n/);
  });

  it('is a terminal of the program at a terminal', async function () {
    const why = whyNoTerminal();
    if (why) skipTest(this, why);
    const { place, words, contract } = await start();
    await startPod(contract, 'one');
    const session = startAtTerminal(place, ...words, 'pod/one');
    // The shell asks the terminal where its cursor is.
    await waitUntil('the shell is there', () => /[#$] (?:\x1b\[\w+)?$/.test(session.screen));
    session.type('tty; echo $((40 + 2))\r');
    await waitUntil('it answers', () => /\/dev\/pts\/\d+[\s\S]*\n42/.test(session.screen));
    // Ctrl-C goes to the program in the container and ends nothing here.
    session.type('sleep 60\r');
    await waitUntil('it sleeps', () => session.screen.includes('sleep 60'));
    session.type('\x03');
    session.type('exit 9\r');
    assert.equal((await session.ended).exitCode, 9);
  });

  it('is refused with the reason where nothing proves the cluster local, before the cluster is asked', async () => {
    const { place, words } = await start(false);
    const refused = await towline(place, ...words, 'api', '--', 'true');
    assertExit(refused, 1);
    assert.match(refused.stderr, /This cluster is not proven local, so nothing is written to it/);
    assert.match(refused.stderr, /no running container of kind, k3d or minikube/);
  });

  it('never takes the current context by itself', async () => {
    const { place } = await start();
    const refused = await towline(place, 'exec', 'api', '--', 'true');
    assertExit(refused, 2);
    assert.match(refused.stderr, /its context must be named/);
  });
});
