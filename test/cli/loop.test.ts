import assert from 'node:assert/strict';
import { digestIn, tagsIn, useCliLab } from '../support/cliLab.ts';
import { assertExit, outcomeOf, outputOf, resultOf, stepsOf, towline } from '../support/cliProcess.ts';
import { diffLines, imageLines, proposalBranches } from '../support/cliWorkspace.ts';
import { snapshotCheckout } from '../support/gitFixture.ts';

const kustomization = 'deploy/dev/kustomization.yaml';

describe('towline run, from source to a proposal', () => {
  const lab = useCliLab();

  it('tests, builds, pushes and proposes exactly the image lines, and leaves the checkout alone', async () => {
    const workspace = lab.makeWorkspace();
    const before = snapshotCheckout(workspace.folder);
    const main = workspace.remoteGit('rev-parse', 'main');

    const run = await towline(workspace, 'run', '--yes', '--json');

    assertExit(run, 0);
    assert.deepEqual(stepsOf(run), [
      'api test passed',
      'api build passed',
      'api push passed',
      'api propose passed',
    ]);
    const push = outputOf(run, 'api', 'push');
    assert.match(push.tag, /^main-[0-9a-f]{7}-1700000000$/);
    assert.equal(await digestIn(lab.registry, workspace.image, push.tag), push.digest);
    assert.deepEqual(await tagsIn(lab.registry, workspace.image), [push.tag]);
    assert.deepEqual(proposalBranches(workspace), ['towline/dev/api']);
    assert.deepEqual(diffLines(workspace.remoteGit, 'towline/dev/api'), imageLines(kustomization, push));
    assert.equal(workspace.remoteGit('rev-parse', 'towline/dev/api'), outputOf(run, 'api', 'propose').commit);
    assert.equal(workspace.remoteGit('rev-parse', 'towline/dev/api^'), main);
    assert.equal(workspace.remoteGit('rev-parse', 'main'), main);
    assert.deepEqual(outputOf(run, 'api', 'test').counts, { total: 1, passed: 1, failed: 0, skipped: 0 });
    assert.deepEqual(snapshotCheckout(workspace.folder), before);
  });

  it('says in the commit what was tested, what it replaces and which digest it pins', async () => {
    const workspace = lab.makeWorkspace();
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 0);
    const { tag, digest } = outputOf(run, 'api', 'push');
    const message = workspace.remoteGit('log', '-1', '--format=%an <%ae>%n%B', 'towline/dev/api');
    for (const part of [
      'Test Person <test@example.org>',
      `Bump api to ${tag} in dev`,
      `${workspace.image}:${tag}@${digest}`,
      `was ${workspace.image}:0`,
      'Tests: 1 passed',
    ])
      assert.ok(message.includes(part), `${part} is missing in:\n${message}`);
  });

  it('reuses everything when nothing has changed, and pushes nothing', async () => {
    const workspace = lab.makeWorkspace();
    assertExit(await towline(workspace, 'run', '--yes'), 0);
    const tip = workspace.remoteGit('rev-parse', 'towline/dev/api');
    const moves = workspace.git('reflog', '--all').length;

    const again = await towline(workspace, 'run', '--json');

    assertExit(again, 0);
    assert.deepEqual(stepsOf(again), [
      'api test reused',
      'api build reused',
      'api push reused',
      'api propose reused',
    ]);
    assert.equal(workspace.remoteGit('rev-parse', 'towline/dev/api'), tip);
    assert.equal(workspace.git('reflog', '--all').length, moves);
    const spoken = await towline(workspace, 'run');
    assert.match(spoken.stderr, /nothing had changed/);
  });

  it('moves the same branch for a newer commit, and starts it again from the newest base', async () => {
    const workspace = lab.makeWorkspace();
    assertExit(await towline(workspace, 'run', '--yes'), 0);
    const first = workspace.remoteGit('rev-parse', 'towline/dev/api');
    const main = workspace.commit({ 'services/api/message.txt': 'newer\n' });

    const newer = await towline(workspace, 'run', '--json');

    assertExit(newer, 0);
    const push = outputOf(newer, 'api', 'push');
    assert.equal(push.tag, `main-${main.slice(0, 7)}-1700000000`);
    assert.equal(outputOf(newer, 'api', 'propose').change, 'updated');
    assert.deepEqual(proposalBranches(workspace), ['towline/dev/api']);
    assert.notEqual(workspace.remoteGit('rev-parse', 'towline/dev/api'), first);
    assert.equal(workspace.remoteGit('rev-parse', 'towline/dev/api^'), main);
    assert.deepEqual(diffLines(workspace.remoteGit, 'towline/dev/api'), imageLines(kustomization, push));
    assert.equal((await tagsIn(lab.registry, workspace.image)).length, 2);
  });

  it('builds nothing for a commit that touches nothing of the service', async () => {
    const workspace = lab.makeWorkspace();
    assertExit(await towline(workspace, 'run', '--yes'), 0);
    const tip = workspace.remoteGit('rev-parse', 'towline/dev/api');
    workspace.commit({ 'README.md': 'words\n' });

    const again = await towline(workspace, 'run', '--json');

    assertExit(again, 0);
    assert.deepEqual(stepsOf(again).slice(0, 3), ['api test reused', 'api build reused', 'api push reused']);
    assert.equal(outputOf(again, 'api', 'propose').change, 'same');
    assert.equal(workspace.remoteGit('rev-parse', 'towline/dev/api'), tip);
  });

  it('proposes nothing once the proposal is merged', async () => {
    const workspace = lab.makeWorkspace();
    assertExit(await towline(workspace, 'run', '--yes'), 0);
    workspace.git('fetch', '--quiet', 'origin');
    workspace.git('merge', '--quiet', '--no-ff', '--message=Merge', 'origin/towline/dev/api');
    workspace.git('push', '--quiet', 'origin', 'main', ':towline/dev/api');

    const merged = await towline(workspace, 'run', '--json');

    assertExit(merged, 0);
    assert.equal(outputOf(merged, 'api', 'propose').change, 'delivered');
    assert.deepEqual(proposalBranches(workspace), []);
  });

  it('pushes to another place when towline.yaml names one, without testing again', async () => {
    const workspace = lab.makeWorkspace();
    assertExit(await towline(workspace, 'run', '--yes'), 0);
    const elsewhere = workspace.configuration({ registry: `${workspace.registry}/moved` });
    workspace.commit({
      'towline.yaml': elsewhere,
      'deploy/dev/kustomization.yaml': `images:\n- {name: api, newName: ${workspace.registry}/moved/api}\nresources: [deployment.yaml]\n`,
    });

    const moved = await towline(workspace, 'run', '--json');

    assertExit(moved, 0);
    assert.equal(resultOf(moved, 'api', 'test').outcome, 'reused');
    assert.equal(resultOf(moved, 'api', 'push').outcome, 'passed');
    assert.equal((await tagsIn(lab.registry, `${workspace.registry}/moved/api`)).length, 1);
  });

  it('gives the journal as JSON, one event a line, and nothing else on standard output', async () => {
    const workspace = lab.makeWorkspace();
    const run = await towline(workspace, 'run', '--yes', '--json');
    const lines = run.stdout.trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      run.events,
    );
    assert.equal(run.events[0]?.type, 'run-started');
    assert.equal(run.events.at(-1)?.type, 'run-finished');
    assert.equal(outcomeOf(run), 'passed');
    assert.equal(run.stderr, '');
  });
});
