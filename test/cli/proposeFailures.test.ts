import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Failure } from '../../src/domain/errors/towlineError.ts';
import { useCliLab } from '../support/cliLab.ts';
import {
  assertExit,
  type CliResult,
  failureOfStep,
  holdOf,
  outputOf,
  resultOf,
  stepsOf,
  towline,
} from '../support/cliProcess.ts';
import {
  type CliWorkspace,
  deploymentOf,
  kustomizationOf,
  proposalBranches,
} from '../support/cliWorkspace.ts';
import { snapshotCheckout, writeFiles } from '../support/gitFixture.ts';

const branch = 'towline/dev/api';

describe('towline run, proposals that do not get through', () => {
  const lab = useCliLab();

  /** Fails at the proposal with the image pushed, no branch made and the checkout as it was. */
  async function failAtPropose(workspace: CliWorkspace): Promise<Failure> {
    const before = snapshotCheckout(workspace.folder);
    const branches = existsSync(workspace.remote) ? proposalBranches(workspace) : [];
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 1);
    assert.deepEqual(stepsOf(run).slice(2), ['api push passed', 'api propose failed']);
    if (existsSync(workspace.remote)) assert.deepEqual(proposalBranches(workspace), branches);
    assert.deepEqual(snapshotCheckout(workspace.folder), before);
    return failureOfStep(run, 'api', 'propose');
  }

  async function resume(workspace: CliWorkspace): Promise<CliResult> {
    const resumed = await towline(workspace, 'run', '--resume', '--yes', '--json');
    assertExit(resumed, 0);
    assert.deepEqual(stepsOf(resumed), [
      'api test reused',
      'api build reused',
      'api push reused',
      'api propose passed',
    ]);
    assert.deepEqual(proposalBranches(workspace), [branch]);
    return resumed;
  }

  /** Adds a commit of another person to the proposal branch on the remote; gives its id. */
  function commitElsewhere(workspace: CliWorkspace, name: string): string {
    const folder = join(workspace.sandbox.folder, name);
    workspace.sandbox.git(
      workspace.sandbox.folder,
      'clone',
      '--quiet',
      '--branch',
      branch,
      workspace.remote,
      folder,
    );
    writeFiles(folder, { 'reviewed.txt': 'changed by a reviewer\n' });
    const id = workspace.sandbox.commitAll(folder, 'Add what the reviewer wants');
    workspace.sandbox.git(folder, 'push', '--quiet', 'origin', branch);
    return id;
  }

  const hook = (words: string) => ({ content: `#!/bin/sh\necho "${words}" >&2\nexit 1\n`, executable: true });

  it('names a remote that is gone, and resumes when it is back', async () => {
    const workspace = lab.makeWorkspace();
    workspace.git('remote', 'set-url', 'origin', `${workspace.remote}-gone`);
    const failure = await failAtPropose(workspace);
    assert.equal(failure.code, 'remote-unreachable');
    assert.match(failure.why, /remote\.git-gone/);
    workspace.git('remote', 'set-url', 'origin', workspace.remote);
    await resume(workspace);
  });

  it('makes the branch again when somebody deleted it', async () => {
    const workspace = lab.makeWorkspace();
    assertExit(await towline(workspace, 'run', '--yes'), 0);
    const tree = workspace.remoteGit('rev-parse', `${branch}^{tree}`);
    workspace.remoteGit('update-ref', '-d', `refs/heads/${branch}`);
    const again = await towline(workspace, 'run', '--json');
    assertExit(again, 0);
    assert.equal(outputOf(again, 'api', 'propose').change, 'created');
    assert.equal(workspace.remoteGit('rev-parse', `${branch}^{tree}`), tree);
  });

  it('leaves somebody else’s commit on the branch alone and says whose move it is', async () => {
    const workspace = lab.makeWorkspace();
    assertExit(await towline(workspace, 'run', '--yes'), 0);
    const theirs = commitElsewhere(workspace, 'reviewer');
    workspace.commit({ 'services/api/message.txt': 'newer\n' });
    const failure = await failAtPropose(workspace);
    assert.equal(failure.code, 'branch-moved');
    assert.ok(failure.why.includes(theirs.slice(0, 7)));
    assert.equal(workspace.remoteGit('rev-parse', branch), theirs);

    const discard = await towline(workspace, 'discard', 'api', '--yes');
    assertExit(discard, 1);
    assert.equal(workspace.remoteGit('rev-parse', branch), theirs);
  });

  it('loses a race for the branch without overwriting the winner', async () => {
    const workspace = lab.makeWorkspace();
    assertExit(await towline(workspace, 'run', '--yes'), 0);
    workspace.commit({ 'services/api/message.txt': 'newer\n' });
    // Another push arrives between looking at the branch and pushing: the hook runs in between.
    const other = workspace.remoteGit('rev-parse', 'main');
    writeFiles(workspace.folder, {
      '.git/hooks/pre-push': {
        content: `#!/bin/sh\nunset GIT_DIR\ngit --git-dir="${workspace.remote}" update-ref refs/heads/${branch} ${other}\n`,
        executable: true,
      },
    });
    const failure = await failAtPropose(workspace);
    assert.equal(failure.code, 'branch-moved');
    assert.equal(workspace.remoteGit('rev-parse', branch), other);
  });

  it('shows the words of a server that refuses', async () => {
    const workspace = lab.makeWorkspace();
    writeFiles(workspace.remote, { 'hooks/pre-receive': hook('Only the robot may push here') });
    const failure = await failAtPropose(workspace);
    assert.equal(failure.code, 'push-rejected');
    assert.match(failure.why, /Only the robot may push here/);
  });

  it('shows the words of the user’s own pre-push hook', async () => {
    const workspace = lab.makeWorkspace();
    writeFiles(workspace.folder, { '.git/hooks/pre-push': hook('Not on a Friday') });
    const failure = await failAtPropose(workspace);
    assert.equal(failure.code, 'hook-refused');
    assert.match(failure.why, /Not on a Friday/);
  });

  it('shows the words of the user’s own commit-msg hook, and does not run pre-commit', async () => {
    const workspace = lab.makeWorkspace();
    writeFiles(workspace.folder, {
      '.git/hooks/commit-msg': hook('No ticket in the message'),
      '.git/hooks/pre-commit': hook('never to be seen'),
    });
    const failure = await failAtPropose(workspace);
    assert.equal(failure.code, 'hook-refused');
    assert.match(failure.why, /No ticket in the message/);
    assert.doesNotMatch(failure.why, /never to be seen/);
  });

  it('asks for a name where Git has none', async () => {
    const workspace = lab.makeWorkspace();
    writeFileSync(workspace.sandbox.globalConfig, '[user]\n\tuseConfigOnly = true\n');
    const failure = await failAtPropose(workspace);
    assert.equal(failure.code, 'identity-missing');
    assert.match(failure.next, /user\.name/);
    workspace.git('config', 'user.name', 'Late Person');
    workspace.git('config', 'user.email', 'late@example.org');
    await resume(workspace);
    assert.equal(workspace.remoteGit('log', '-1', '--format=%an', branch), 'Late Person');
  });

  it('does not mind that another git holds the checkout’s index', async () => {
    const workspace = lab.makeWorkspace();
    writeFileSync(join(workspace.folder, '.git/index.lock'), '');
    assertExit(await towline(workspace, 'run', '--yes'), 0);
    assert.deepEqual(proposalBranches(workspace), [branch]);
    assert.ok(existsSync(join(workspace.folder, '.git/index.lock')));
  });

  it('names the lock of another git on the branch of a proposal', async () => {
    const workspace = lab.makeWorkspace({ remote: false });
    const lock = join(workspace.folder, `.git/refs/heads/${branch}.lock`);
    writeFiles(workspace.folder, { [`.git/refs/heads/${branch}.lock`]: '' });
    const run = await towline(workspace, 'run', '--json');
    assertExit(run, 1);
    const failure = failureOfStep(run, 'api', 'propose');
    assert.equal(failure.code, 'git-locked');
    assert.match(failure.why, /api\.lock/);
    assert.ok(existsSync(lock));
  });

  it('says so when the commit cannot be signed', async () => {
    const workspace = lab.makeWorkspace();
    writeFiles(workspace.sandbox.folder, {
      'broken-signer': { content: '#!/bin/sh\necho "no secret key" >&2\nexit 2\n', executable: true },
    });
    workspace.git('config', 'commit.gpgSign', 'true');
    workspace.git('config', 'gpg.program', join(workspace.sandbox.folder, 'broken-signer'));
    const failure = await failAtPropose(workspace);
    assert.equal(failure.code, 'signing-failed');
    assert.match(failure.why, /failed to sign/);
  });

  it('holds an image that more than one place decides, and lists the places', async () => {
    const workspace = lab.makeWorkspace();
    workspace.commit({
      'deploy/raw/a.yaml': deploymentOf('a', `${workspace.image}:1`),
      'deploy/raw/b.yaml': deploymentOf('b', `${workspace.image}:2`),
      'towline.yaml': workspace.configuration({ environments: { raw: { path: 'deploy/raw' } } }),
    });
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 3);
    const hold = holdOf(run, 'api', 'propose');
    assert.equal(hold.code, 'image-ambiguous');
    assert.match(hold.why, /deploy\/raw\/a\.yaml:\d+[\s\S]*deploy\/raw\/b\.yaml:\d+/);
    assert.deepEqual(proposalBranches(workspace), []);
  });

  it('holds an image that the manifests take from another repository, and names the setting', async () => {
    const workspace = lab.makeWorkspace({
      files: { 'deploy/dev/kustomization.yaml': kustomizationOf({ api: 'ghcr.io/acme/api' }) },
    });
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 3);
    const hold = holdOf(run, 'api', 'propose');
    assert.equal(hold.code, 'image-elsewhere');
    assert.match(`${hold.why} ${hold.ways.join()}`, /ghcr\.io\/acme/);
    assert.match(hold.ways.join(), /registry|image/);
    assert.deepEqual(proposalBranches(workspace), []);
  });

  it('names the environment’s branch that the remote does not have', async () => {
    const workspace = lab.makeWorkspace({ dev: { branch: 'releases' } });
    const failure = await failAtPropose(workspace);
    assert.equal(failure.code, 'branch-missing');
    assert.match(failure.why, /releases/);
  });

  it('proposes against the environment’s own branch', async () => {
    const workspace = lab.makeWorkspace({ dev: { branch: 'releases' } });
    workspace.git('push', '--quiet', 'origin', 'main:releases');
    workspace.commit({ 'README.md': 'later\n' });
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 0);
    assert.equal(outputOf(run, 'api', 'propose').base, 'releases');
    assert.equal(
      workspace.remoteGit('rev-parse', `${branch}^`),
      workspace.remoteGit('rev-parse', 'releases'),
    );
  });

  it('asks before the first push to a remote, and remembers the answer for that environment alone', async () => {
    const workspace = lab.makeWorkspace();
    workspace.commit({
      'deploy/prod/deployment.yaml': deploymentOf('api', 'api'),
      'deploy/prod/kustomization.yaml': kustomizationOf({ api: workspace.image }),
      'towline.yaml': workspace.configuration({
        environments: { dev: { path: 'deploy/dev' }, prod: { path: 'deploy/prod' } },
      }),
    });
    const run = (environment: string, ...more: string[]) =>
      towline(workspace, 'run', '--env', environment, '--json', ...more);
    const unanswered = await run('dev');
    assertExit(unanswered, 1);
    const failure = failureOfStep(unanswered, 'api', 'propose');
    assert.equal(failure.code, 'no-answer');
    assert.match(failure.next, /--yes/);
    assert.deepEqual(proposalBranches(workspace), []);

    assertExit(await run('dev', '--yes'), 0);
    workspace.commit({ 'services/api/message.txt': 'newer\n' });
    assertExit(await run('dev'), 0);
    assert.equal(failureOfStep(await run('prod'), 'api', 'propose').code, 'no-answer');

    const elsewhere = workspace.sandbox.makeBareRemote('elsewhere.git');
    workspace.git('push', '--quiet', elsewhere, 'main');
    workspace.git('remote', 'set-url', 'origin', elsewhere);
    assert.equal(resultOf(await run('dev'), 'api', 'propose').outcome, 'failed');
    assertExit(await run('dev', '--yes'), 0);
  });
});
