import assert from 'node:assert/strict';
import { useCliLab } from '../support/cliLab.ts';
import { assertExit, outputOf, towline } from '../support/cliProcess.ts';
import { snapshotCheckout } from '../support/gitFixture.ts';

describe('towline where', () => {
  const lab = useCliLab();

  it('follows a commit from its image to the branch that the cluster pulls, and touches nothing', async () => {
    const workspace = lab.makeWorkspace();
    const commit = workspace.git('rev-parse', 'HEAD');

    const early = await towline(workspace, 'where', '--json');
    assertExit(early, 3);
    assert.deepEqual(statesOf(early.stdout), ['done', 'waiting', 'ahead', 'ahead', 'unknown', 'unknown']);

    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 0);
    const before = snapshotCheckout(workspace.folder);
    const proposed = await towline(workspace, 'where', commit.slice(0, 7), '--json');
    assertExit(proposed, 3);
    assert.deepEqual(statesOf(proposed.stdout).slice(0, 4), ['done', 'done', 'done', 'waiting']);
    assert.ok(proposed.stdout.includes(outputOf(run, 'api', 'push').digest.slice(0, 19)));

    const { commit: proposal } = outputOf(run, 'api', 'propose');
    workspace.remoteGit('update-ref', 'refs/heads/main', proposal);
    const merged = await towline(workspace, 'where', commit);
    assertExit(merged, 3);
    assert.match(merged.stdout, /api in dev/);
    assert.match(merged.stdout, new RegExp(`✔ merge +main has it since ${proposal.slice(0, 7)}`));
    assert.match(merged.stdout, /\? pods +dev names no cluster: `context` in towline\.yaml/);
    assert.deepEqual(snapshotCheckout(workspace.folder), before);
  });

  it('finds a proposal also where no registry is configured', async () => {
    const workspace = lab.makeWorkspace();
    assertExit(await towline(workspace, 'run', '--yes'), 0);
    workspace.write({ 'towline.yaml': workspace.configuration({ registry: undefined }) });
    const where = await towline(workspace, 'where');
    assertExit(where, 3);
    assert.match(where.stdout, /✔ proposal +towline\/dev\/api proposes it/);
  });

  it('knows an image that was pushed elsewhere by the commit in its tag', async () => {
    const workspace = lab.makeWorkspace();
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 0);
    workspace.remoteGit('update-ref', 'refs/heads/main', outputOf(run, 'api', 'propose').commit);
    // A colleague's clone has the same commits and none of the runs.
    workspace.git('clone', '--quiet', workspace.remote, `${workspace.folder}-colleague`);
    const colleague = { ...workspace, folder: `${workspace.folder}-colleague` };
    const where = await towline(colleague, 'where', workspace.git('rev-parse', 'HEAD'), '--json');
    assertExit(where, 3);
    assert.deepEqual(statesOf(where.stdout).slice(0, 4), ['done', 'done', 'done', 'done']);
  });

  it('says of a later commit that it is not there yet', async () => {
    const workspace = lab.makeWorkspace();
    assertExit(await towline(workspace, 'run', '--yes'), 0);
    workspace.commit({ 'services/api/message.txt': 'newer\n', 'api/message.txt': 'newer\n' });
    const where = await towline(workspace, 'where', '--json');
    assertExit(where, 3);
    assert.equal(statesOf(where.stdout)[1], 'waiting');
  });

  it('says that a cluster cannot be asked, and all the rest', async () => {
    const workspace = lab.makeWorkspace({ dev: { context: 'nowhere' } });
    assertExit(await towline(workspace, 'run', '--yes'), 0);
    const where = await towline(workspace, 'where');
    assertExit(where, 3);
    assert.match(where.stdout, /… merge +towline\/dev\/api is not merged/);
    assert.match(where.stdout, /\? pods +nowhere could not be asked: There is no such kubeconfig context/);
  });

  it('says which manifests cannot be read, and all of the other environments', async () => {
    const workspace = lab.makeWorkspace();
    assertExit(await towline(workspace, 'run', '--yes'), 0);
    const environments = { dev: { path: 'deploy/dev' }, prod: { path: 'prod', repository: '../nowhere' } };
    workspace.write({ 'towline.yaml': workspace.configuration({ environments }) });
    const where = await towline(workspace, 'where');
    assertExit(where, 3);
    assert.match(where.stdout, /api in dev\n[\s\S]*✔ proposal +towline\/dev\/api proposes it/);
    assert.match(where.stdout, /api in prod\n[\s\S]*\? proposal +the manifests of prod could not be read: /);
    assert.notEqual((await towline(workspace, 'where', '--env', 'prod')).exitCode, 3);
  });

  it('refuses what is no commit, no service and no environment', async () => {
    const workspace = lab.makeWorkspace();
    const commit = await towline(workspace, 'where', 'never');
    assertExit(commit, 2);
    assert.match(commit.stderr, /"never" names no commit/);
    assertExit(await towline(workspace, 'where', '--service', 'apy'), 2);
    assertExit(await towline(workspace, 'where', '--env', 'nowhere'), 2);
  });
});

function statesOf(stdout: string): readonly string[] {
  const [first = '{}'] = stdout.split('\n');
  return JSON.parse(first).links.map(({ state }: { readonly state: string }) => state);
}
