import assert from 'node:assert/strict';
import { createProcesses } from '../../src/adapters/node/nodeProcesses.ts';
import { useCliLab } from '../support/cliLab.ts';
import { assertExit, type CliPlace, towline } from '../support/cliProcess.ts';
import type { CliWorkspace } from '../support/cliWorkspace.ts';
import { proofOf } from '../support/clusterContract.ts';
import { fakeKinds } from '../support/fakeKinds.ts';
import { snapshotCheckout } from '../support/gitFixture.ts';
import { useLabNamespace } from '../support/labNamespace.ts';
import { patience } from '../support/patience.ts';
import { skipTest } from '../support/skipTest.ts';

describe('towline diff on a real cluster', function () {
  this.timeout(120_000 * patience);
  const cli = useCliLab();
  const lab = useLabNamespace();
  const { signal } = new AbortController();

  before(function () {
    if (createProcesses().find('kubectl') === undefined) skipTest(this, 'kubectl is not on PATH');
  });

  const settings = (namespace: string, value: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', namespace },
    data: { value },
  });
  const files = (namespace: string, value: string) => ({
    'deploy/dev/kustomization.yaml': `namespace: ${namespace}\nresources: [settings.yaml, secret.yaml]\n`,
    'deploy/dev/settings.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  value: "${value}"\n`,
    'deploy/dev/secret.yaml':
      'apiVersion: v1\nkind: Secret\nmetadata:\n  name: database\nstringData:\n  password: canary-7f3a\n',
    'deploy/dev/deployment.yaml': undefined,
  });

  async function open() {
    const { clusters, context, namespace } = await lab.open();
    const workspace = cli.makeWorkspace({ files: files(namespace, '1'), dev: { context } });
    const place = {
      ...workspace,
      environment: { ...workspace.environment, KUBECONFIG: process.env.TOWLINE_LAB_KUBECONFIG ?? '' },
    };
    const writes = clusters.openForWriting(proofOf(clusters, context));
    const how = { fieldManager: 'kustomize-controller', force: true };
    const apply = async (value: string) => {
      await writes.apply(settings(namespace, value), fakeKinds.configMaps, how, signal);
      const metadata = { name: 'database', namespace };
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { password: 'canary-7f3a' } };
      await writes.apply(secret, fakeKinds.secrets, how, signal);
    };
    return { place, workspace, namespace, apply, writes };
  }

  const pushed = (workspace: CliWorkspace, namespace: string, value: string, branch: string) => {
    workspace.write({ 'deploy/dev/settings.yaml': files(namespace, value)['deploy/dev/settings.yaml'] });
    const commit = workspace.sandbox.commitAll(workspace.folder, 'Change');
    workspace.git('push', '--quiet', '--no-verify', 'origin', `HEAD:${branch}`);
    return commit;
  };

  it('answers with 1 for a difference and 0 for none, as who applied it, and touches nothing', async () => {
    const { place, namespace, apply, writes } = await open();
    const checkout = snapshotCheckout(place.folder);
    const early = await towline(place, 'diff', '--env', 'dev');
    assertExit(early, 1);
    assert.match(
      early.stdout,
      new RegExp(`added ConfigMap/settings in ${namespace} \\(deploy/dev/settings.yaml:1\\)`),
    );
    assert.match(early.stdout, /not checked: objects that the manifests no longer name/);
    assert.doesNotMatch(early.stdout, /canary/);
    assert.doesNotMatch(early.stdout, new RegExp(Buffer.from('canary-7f3a').toString('base64')));

    await apply('1');
    const same = await towline(place, 'diff');
    assertExit(same, 0);
    assert.match(same.stdout, /^2 as the manifests say$/m);

    const target = { kind: fakeKinds.configMaps, namespace, name: 'settings' };
    await writes.patch(target, { data: { value: 'by hand' } }, { fieldManager: 'kubectl-edit' }, signal);
    const drifted = await towline(place, 'diff', '--json');
    assertExit(drifted, 1);
    const [object, , all] = drifted.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.equal(object.state, 'differs');
    assert.equal(object.manager, 'kustomize-controller');
    assert.match(object.diff.text, /- {2}value: by hand\n\+ {2}value: "1"/);
    assert.equal(all.answer, 'differs');
    assert.deepEqual(snapshotCheckout(place.folder), checkout);
  });

  it('takes the manifests of the checkout or of a proposal where it is asked to', async () => {
    const { place, workspace, namespace, apply } = await open();
    await apply('1');
    const start = workspace.git('rev-parse', 'HEAD');
    pushed(workspace, namespace, '2', 'towline/dev/api');
    workspace.git('reset', '--quiet', '--hard', start);
    pushed(workspace, namespace, '3', 'elsewhere');

    assertExit(await towline(place, 'diff'), 0);
    const head = await towline(place, 'diff', '--head');
    assertExit(head, 1);
    assert.match(head.stdout, /^dev as HEAD has it[\s\S]*\+ {2}value: "3"/);
    const proposal = await towline(place, 'diff', '--proposal', 'api');
    assertExit(proposal, 1);
    assert.match(proposal.stdout, /^dev as towline\/dev\/api has it[\s\S]*\+ {2}value: "2"/);
    assertExit(await towline(place, 'diff', '--proposal', 'nothing'), 2);
  });

  it('never answers with 0 or 1 where it could not be told', async () => {
    const { place, workspace } = await open();
    assertExit(await towline(place, 'diff', '--context', 'nowhere'), 2);
    assertExit(await towline(place, 'diff', '--env', 'nowhere'), 2);
    assertExit(await towline(place, 'diff', '--head', '--proposal', 'api'), 2);
    const missing = await towline(place, 'diff', '--proposal', 'api');
    assertExit(missing, 3);
    assert.match(missing.stderr, /There is no towline\/dev\/api at origin/);
    const dead = deadCluster(place);
    workspace.write({ 'dead.json': dead.kubeconfig });
    const unreachable = await towline(dead.place, 'diff', '--context', 'dead');
    assertExit(unreachable, 3);
    assert.match(unreachable.stderr, /nothing listens there/);
    workspace.commit({ 'deploy/dev/settings.yaml': 'kind: [\n' });
    assertExit(await towline(place, 'diff'), 3);
  });
});

/** A kubeconfig of a cluster that is not there. */
function deadCluster(place: CliPlace) {
  const cluster = { name: 'dead', cluster: { server: 'http://127.0.0.1:9' } };
  const kubeconfig = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [cluster],
    users: [{ name: 'dead', user: {} }],
    contexts: [{ name: 'dead', context: { cluster: 'dead', user: 'dead' } }],
  });
  const environment = { ...place.environment, KUBECONFIG: `${place.folder}/dead.json` };
  return { kubeconfig, place: { ...place, environment } };
}
