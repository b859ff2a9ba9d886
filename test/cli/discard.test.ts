import assert from 'node:assert/strict';
import { useCliLab } from '../support/cliLab.ts';
import { assertExit, outputOf, towline } from '../support/cliProcess.ts';
import { proposalBranches } from '../support/cliWorkspace.ts';
import { snapshotCheckout } from '../support/gitFixture.ts';

describe('towline discard', () => {
  const lab = useCliLab();

  it('deletes the branch of a proposal on the remote, once', async () => {
    const workspace = lab.makeWorkspace();
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 0);
    const before = snapshotCheckout(workspace.folder);

    const discarded = await towline(workspace, 'discard', 'api', '--yes');

    assertExit(discarded, 0);
    assert.ok(discarded.stdout.includes(outputOf(run, 'api', 'propose').commit));
    assert.deepEqual(proposalBranches(workspace), []);
    assert.deepEqual(snapshotCheckout(workspace.folder), before);
    assert.match((await towline(workspace, 'discard', 'api', '--yes')).stdout, /nothing to discard/);

    const again = await towline(workspace, 'run', '--json');
    assertExit(again, 0);
    assert.equal(outputOf(again, 'api', 'propose').change, 'created');
  });

  it('deletes a local branch where there is no remote', async () => {
    const workspace = lab.makeWorkspace({ remote: false });
    assertExit(await towline(workspace, 'run'), 0);
    assertExit(await towline(workspace, 'discard', 'api', '--yes'), 0);
    assert.equal(workspace.git('for-each-ref', 'refs/heads/towline'), '');
  });

  it('deletes nothing without an answer', async () => {
    const workspace = lab.makeWorkspace();
    assertExit(await towline(workspace, 'run', '--yes'), 0);
    const asked = await towline(workspace, 'discard', 'api');
    assertExit(asked, 1);
    assert.match(asked.stderr, /--yes/);
    assert.deepEqual(proposalBranches(workspace), ['towline/dev/api']);
  });

  it('refuses a service and an environment that do not exist', async () => {
    const workspace = lab.makeWorkspace();
    assertExit(await towline(workspace, 'discard', 'api', '--env', 'nowhere', '--yes'), 2);
    const unknown = await towline(workspace, 'discard', 'apy', '--yes');
    assertExit(unknown, 2);
    assert.match(unknown.stderr, /apy is none of api/);
  });

  it('says how to name an environment where there is none', async () => {
    const workspace = lab.makeWorkspace({
      files: { 'deploy/dev/kustomization.yaml': undefined, 'deploy/dev/deployment.yaml': undefined },
      config: { environments: undefined },
    });
    const discarded = await towline(workspace, 'discard', 'api', '--yes');
    assertExit(discarded, 2);
    assert.match(discarded.stderr, /No environment was found\.\n.*`environments` in towline\.yaml/);
  });
});
