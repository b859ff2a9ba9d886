import assert from 'node:assert/strict';
import { apiVersionOf, type ResourceKind } from '../../src/domain/kubernetes/resourceKind.ts';
import { agentResources, defineAgentKinds } from '../support/agentDefinitions.ts';
import { useCliLab } from '../support/cliLab.ts';
import { assertExit, outputOf, towline } from '../support/cliProcess.ts';
import { proofOf } from '../support/clusterContract.ts';
import { useLabNamespace } from '../support/labNamespace.ts';
import { patience } from '../support/patience.ts';

describe('Argo CD and Flux on a real cluster, by their published kinds', function () {
  this.timeout(120_000 * patience);
  const cli = useCliLab();
  const lab = useLabNamespace();
  const { signal } = new AbortController();
  let undefine: (() => Promise<void>) | undefined;

  before(async () => {
    undefine = await defineAgentKinds(lab.clusters, lab.context, signal);
  });
  after(() => undefine?.());

  /** A proposal that is merged, and a cluster where objects are put as an agent would have left them. */
  async function open() {
    const { clusters, context, namespace } = await lab.open();
    const workspace = cli.makeWorkspace({ dev: { context } });
    const environment = { ...workspace.environment, KUBECONFIG: process.env.TOWLINE_LAB_KUBECONFIG ?? '' };
    const place = { ...workspace, environment };
    const before = workspace.git('rev-parse', 'HEAD');
    const run = await towline(place, 'run', '--yes', '--json');
    assertExit(run, 0);
    const { commit: merged } = outputOf(run, 'api', 'propose');
    workspace.remoteGit('update-ref', 'refs/heads/main', merged);
    const writes = clusters.openForWriting(proofOf(clusters, context));
    const kindOf = (name: string): ResourceKind => agentResources[name] ?? assert.fail(name);
    const put = (name: string, spec: object, status: object) => {
      const kind = kindOf(name);
      const metadata = { name: 'shop', namespace };
      const object = { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata, spec, status };
      return writes.apply(object, kind, { fieldManager: 'test', force: true }, signal);
    };
    const annotationsOf = async (name: string) => {
      const reads = clusters.connect(context);
      try {
        const object = await reads.get(kindOf(name), namespace, 'shop', signal);
        return Object.keys(object?.metadata.annotations ?? {});
      } finally {
        reads.dispose();
      }
    };
    const agentLine = async (...words: readonly string[]) => {
      const where = await towline(place, 'where', before, '--env', 'dev', ...words);
      return { where, line: /^ {2}(. agent .*)$/m.exec(where.stdout)?.[1] ?? where.stdout };
    };
    return { place, workspace, context, before, merged, put, annotationsOf, agentLine };
  }

  it('are told apart by where they are on the way, and asked to look only where the cluster is local', async () => {
    const { place, workspace, context, before, merged, put, annotationsOf, agentLine } = await open();
    const fetched = { url: workspace.remote, ref: { branch: 'main' } };
    const applies = { path: './deploy/dev', sourceRef: { kind: 'GitRepository', name: 'shop' } };
    const ready = { type: 'Ready', status: 'True', reason: 'ReconciliationSucceeded', message: 'Applied' };
    const at = (commit: string) => `main@sha1:${commit}`;
    await put('GitRepository', fetched, {
      artifact: { revision: at(before) },
      conditions: [{ ...ready, reason: 'Succeeded' }],
    });
    const behind = { lastAppliedRevision: at(before), lastAttemptedRevision: at(before) };
    await put('Kustomization', applies, { ...behind, conditions: [ready] });
    const old = await agentLine();
    assertExit(old.where, 3);
    assert.equal(old.line, `… agent     Kustomization shop is on main@${before.slice(0, 7)}`);

    const refused = await agentLine('--refresh');
    assertExit(refused.where, 1);
    assert.match(refused.where.stderr, /not proven/);
    assert.deepEqual(await annotationsOf('Kustomization'), []);

    assertExit(await towline(place, 'cluster', 'allow', context, '--yes'), 0);
    const asked = await agentLine('--refresh');
    assert.match(
      asked.where.stderr,
      /GitRepository \S+\/shop is asked to look now\nKustomization \S+\/shop is asked to look now/,
    );
    for (const kind of ['GitRepository', 'Kustomization'])
      assert.deepEqual(await annotationsOf(kind), ['reconcile.fluxcd.io/requestedAt']);

    const there = { lastAppliedRevision: at(merged), lastAttemptedRevision: at(merged) };
    await put('Kustomization', applies, { ...there, conditions: [ready] });
    assert.equal(
      (await agentLine()).line,
      `✔ agent     Kustomization shop has applied it at main@${merged.slice(0, 7)}`,
    );

    await put('Kustomization', { ...applies, suspend: true }, { ...behind, conditions: [ready] });
    await put('GitRepository', { ...fetched, suspend: true }, { artifact: { revision: at(before) } });
    const suspended = await agentLine('--refresh');
    assertExit(suspended.where, 1);
    assert.match(suspended.where.stderr, /reconciliation of Kustomization shop is suspended/);
  });

  it('are asked through the annotation of an Application, with its failure in the chain', async () => {
    const { place, workspace, context, before, merged, put, annotationsOf, agentLine } = await open();
    const source = { repoURL: workspace.remote, path: 'deploy/dev', targetRevision: 'main' };
    await put(
      'Application',
      { source, destination: { namespace: 'shop' }, syncPolicy: { automated: {} } },
      {
        sync: { status: 'OutOfSync', revision: merged },
        health: { status: 'Degraded' },
        history: [{ id: 0, revision: before, deployedAt: '2026-03-01T10:00:00Z' }],
        operationState: {
          phase: 'Failed',
          message: 'one or more objects failed to apply',
          retryCount: 5,
          operation: { retry: { limit: 5 } },
          syncResult: { revision: merged },
        },
      },
    );
    const { line } = await agentLine();
    assert.match(line, new RegExp(`^. agent +Application shop is on ${before.slice(0, 7)}`));
    assert.match(line, /one or more objects failed to apply/);
    assertExit(await towline(place, 'cluster', 'allow', context, '--yes'), 0);
    const asked = await agentLine('--refresh');
    assert.match(asked.where.stderr, /^Application \S+\/shop is asked to look now$/m);
    assert.deepEqual(await annotationsOf('Application'), ['argocd.argoproj.io/refresh']);
  });
});
