import assert from 'node:assert/strict';
import { useCliLab } from '../support/cliLab.ts';
import { assertExit, outputOf, resultOf, towline } from '../support/cliProcess.ts';
import { type CliWorkspace, kustomizationOf } from '../support/cliWorkspace.ts';

describe('towline run, from code that is not merged', () => {
  const lab = useCliLab();
  const message = ({ remoteGit }: CliWorkspace) => remoteGit('log', '-1', '--format=%B', 'towline/dev/api');

  async function propose(workspace: CliWorkspace) {
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 0);
    return { run, warnings: outputOf(run, 'api', 'propose').warnings };
  }

  it('warns of a commit that the remote does not have, in the run and in the proposal, until it is pushed', async () => {
    const workspace = lab.makeWorkspace();
    assert.deepEqual((await propose(workspace)).warnings, []);
    assert.doesNotMatch(message(workspace), /not merged/);

    const commit = workspace.commit({ 'services/api/message.txt': 'not pushed\n' }, { push: false });
    const { run, warnings } = await propose(workspace);
    const source = `commit ${commit.slice(0, 7)}, which is not on origin, where reviewers could see it`;
    assert.deepEqual(warnings, [`Its image is built from ${source}.`]);
    const notices = run.events.flatMap((event) => (event.type === 'notice' ? event.message : []));
    assert.deepEqual(notices, [`api: Its image is built from ${source}.`]);
    assert.ok(message(workspace).includes(`Source not merged: ${source}\n`), message(workspace));

    workspace.git('push', '--quiet', '--no-verify', 'origin', 'HEAD:main');
    const pushed = await propose(workspace);
    assert.equal(resultOf(pushed.run, 'api', 'propose').outcome, 'passed');
    assert.deepEqual(pushed.warnings, []);
  });

  it('says which branch has a commit that the default branch has not', async () => {
    const workspace = lab.makeWorkspace();
    workspace.git('switch', '--quiet', '--create', 'feature/x');
    const commit = workspace.commit({ 'services/api/message.txt': 'on a branch\n' }, { push: false });
    workspace.git('push', '--quiet', '--no-verify', 'origin', 'feature/x');
    const { warnings } = await propose(workspace);
    assert.deepEqual(warnings, [
      `Its image is built from commit ${commit.slice(0, 7)}, which is on feature/x but not on main.`,
    ]);
  });

  it('asks the remote for its default branch where the manifests are elsewhere and no clone noted it', async () => {
    const manifests = lab.makeWorkspace();
    const workspace = lab.makeWorkspace({ dev: { repository: manifests.folder } });
    manifests.commit({ 'deploy/dev/kustomization.yaml': kustomizationOf({ api: workspace.image }) });
    workspace.git('switch', '--quiet', '--create', 'feature/x');
    const commit = workspace.commit({ 'services/api/message.txt': 'on a branch\n' }, { push: false });
    workspace.git('push', '--quiet', '--no-verify', 'origin', 'feature/x');
    const { warnings } = await propose(workspace);
    assert.deepEqual(warnings, [
      `Its image is built from commit ${commit.slice(0, 7)}, which is on feature/x but not on main.`,
    ]);
    assert.ok(
      message(manifests).includes(`\nSource-Repository: ${workspace.remote}\nSource-Commit: ${commit}\n`),
    );
  });
});
