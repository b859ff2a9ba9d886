import assert from 'node:assert/strict';
import { tagsIn, useCliLab } from '../support/cliLab.ts';
import { assertExit, towline } from '../support/cliProcess.ts';
import { type CliWorkspace, proposalBranches } from '../support/cliWorkspace.ts';

describe('towline run --plan', () => {
  const lab = useCliLab();
  const branch = 'towline/dev/api';
  const unless = ', unless the image turns out to be the one that is there already';

  async function planned(workspace: CliWorkspace): Promise<string> {
    const plan = await towline(workspace, 'run', '--plan');
    assertExit(plan, 0);
    return plan.stdout.trim().split('\n').at(-1) ?? '';
  }

  it('tells what becomes of the branch, and does nothing', async () => {
    const workspace = lab.makeWorkspace();
    assert.equal(await planned(workspace), `api propose: would create ${branch}${unless}`);
    assert.deepEqual(await tagsIn(lab.registry, workspace.image), []);
    assert.deepEqual(proposalBranches(workspace), []);

    assertExit(await towline(workspace, 'run', '--no-propose'), 0);
    assert.equal(await planned(workspace), `api propose: would create ${branch}`);
    assertExit(await towline(workspace, 'run', '--yes'), 0);
    assert.equal(await planned(workspace), 'api propose: same inputs as run 2');

    const commit = workspace.commit({ 'services/api/message.txt': 'other\n' });
    assert.equal(await planned(workspace), `api propose: would update ${branch}${unless}`);
    assertExit(await towline(workspace, 'run', '--no-propose'), 0);
    assert.equal(await planned(workspace), `api propose: would update ${branch}`);
    assertExit(await towline(workspace, 'run', '--yes'), 0);

    // Merged by somebody, and known here.
    workspace.remoteGit('update-ref', 'refs/heads/main', branch, commit);
    workspace.git('fetch', '--quiet');
    assert.equal(await planned(workspace), 'api propose: nothing to do: main runs this already');
  });

  it('says what holds a proposal whose image is there', async () => {
    const workspace = lab.makeWorkspace({
      files: { 'deploy/dev/kustomization.yaml': 'resources:\n  - deployment.yaml\n' },
    });
    assertExit(await towline(workspace, 'run', '--no-propose'), 0);
    assert.match(await planned(workspace), /^api propose: held: /);
  });

  it('goes without a remote that does not answer, and says so', async () => {
    const workspace = lab.makeWorkspace();
    workspace.git('remote', 'set-url', 'origin', `${workspace.remote}-gone`);
    assert.match(
      await planned(workspace),
      /^api propose: cannot be told: The Git remote does not answer: .*remote\.git-gone/,
    );
  });

  it('leaves the proposal open where a step before it is held', async () => {
    const workspace = lab.makeWorkspace({
      api: { tests: undefined },
      files: { 'services/api/package.json': undefined, 'services/api/test/works.test.js': undefined },
    });
    assert.equal(await planned(workspace), 'api propose: depends on the steps before it');
  });
});
