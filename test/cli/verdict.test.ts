import assert from 'node:assert/strict';
import type { Verdict } from '../../src/domain/verdict/verdict.ts';
import { useCliLab } from '../support/cliLab.ts';
import { assertExit, type CliResult, towline } from '../support/cliProcess.ts';
import { proofOf } from '../support/clusterContract.ts';
import { fakeKinds } from '../support/fakeKinds.ts';
import { useLabNamespace } from '../support/labNamespace.ts';
import { patience } from '../support/patience.ts';

/** What `--json` printed. */
function verdictsOf({ stdout }: CliResult): readonly Verdict[] {
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Verdict);
}

describe('towline verdict on a real cluster', function () {
  this.timeout(120_000 * patience);
  const cli = useCliLab();
  const lab = useLabNamespace();
  const { signal } = new AbortController();

  async function start(name: string, container: object, pod: object = {}) {
    const { clusters, context, namespace } = await lab.open();
    const labels = { app: name };
    const writes = clusters.openForWriting(proofOf(clusters, context));
    const containers = [
      { name: 'main', image: 'local/pause:1', imagePullPolicy: 'IfNotPresent', ...container },
    ];
    await writes.create(
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name, namespace },
        spec: {
          replicas: 1,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 1, ...pod, containers } },
        },
      },
      fakeKinds.deployments,
      signal,
    );
    const workspace = cli.makeWorkspace();
    const environment = { ...workspace.environment, KUBECONFIG: process.env.TOWLINE_LAB_KUBECONFIG ?? '' };
    return { place: { ...workspace, environment }, namespace };
  }

  it('follows a rollout until it is healthy, and never says so before', async () => {
    const { place, namespace } = await start('api', {});
    const watched = await towline(place, 'verdict', 'api', '-n', namespace, '--watch', '--json');
    assertExit(watched, 0);
    const states = verdictsOf(watched).map(({ state }) => state);
    assert.equal(states.indexOf('healthy'), states.length - 1);
  });

  it('does not call healthy what is ready only until it crashes, as no probe asks', async () => {
    const image = process.env.TOWLINE_LAB_NODE_IMAGE ?? '';
    const command = ['node', '--eval', 'setTimeout(() => process.exit(3), 4000)'];
    const { place, namespace } = await start('api', { image, command });
    const watched = await towline(place, 'verdict', 'api', '-n', namespace, '--watch', '--json');
    assertExit(watched, 1);
    const verdicts = verdictsOf(watched);
    assert.ok(
      verdicts.some(({ sentence }) => /main has just started, and no readiness probe/.test(sentence)),
    );
    assert.equal(verdicts.at(-1)?.reason, 'crashed');
    assert.ok(verdicts.every(({ state }) => state !== 'healthy'));
  });

  for (const [what, container, pod, sentence] of [
    [
      'a registry that does not answer',
      { image: 'localhost:5999/shop/nothing:1' },
      {},
      /image localhost:5999\/shop\/nothing:1/,
    ],
    [
      'a program that is not in the image',
      { command: ['/no/such/program'] },
      {},
      /main (?:cannot be started|crashes)/,
    ],
  ] as const)
    it(`says why for ${what}`, async () => {
      const { place, namespace } = await start('api', container, pod);
      for (;;) {
        const found = await towline(place, 'verdict', 'deployment/api', '-n', namespace, '--json');
        const verdict = verdictsOf(found).at(-1);
        assert.ok(verdict && verdict.state !== 'healthy');
        if (verdict.state === 'progressing') continue;
        assertExit(found, 1);
        assert.match(verdict.sentence, sentence);
        assert.ok(verdict.action);
        return;
      }
    });

  it('names the line of an environment’s manifests, and says why where it has none', async () => {
    const { context } = lab;
    const { place, namespace } = await start('api', { name: 'api', image: 'localhost:5999/shop/nothing:1' });
    const ask = (name: string, ...words: readonly string[]) =>
      towline(place, 'verdict', name, '--env', 'dev', '--context', context, '-n', namespace, ...words);
    // On its way at first, which is about the object as a whole.
    const found = await ask('api');
    assert.match(found.stdout, /^\S .* \(deploy\/dev\/(?:deployment|kustomization)\.yaml:\d+\)$/m);
    const unknown = await ask('api', '--env', 'nowhere');
    assertExit(unknown, 2);

    const other = await start('other', { image: 'localhost:5999/shop/nothing:1' });
    const without = await towline(other.place, 'verdict', 'other', '--env', 'dev', '-n', other.namespace);
    assert.match(without.stderr, /The manifests of dev have no Deployment other\.$/m);
    assert.match(without.stdout, /other/);
  });

  it('names what is not there', async () => {
    const { place, namespace } = await start('api', {});
    assertExit(await towline(place, 'verdict', 'nothing', '-n', namespace), 2);
    assertExit(await towline(place, 'verdict', 'api', '--context', 'nowhere'), 2);
  });
});
