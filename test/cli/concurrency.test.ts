import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, tagsIn, useCliLab } from '../support/cliLab.ts';
import { assertExit, outcomeOf, towline } from '../support/cliProcess.ts';
import { proposalBranches, runningPrograms } from '../support/cliWorkspace.ts';
import { snapshotCheckout } from '../support/gitFixture.ts';

describe('runs of one repository', () => {
  const lab = useCliLab();

  it('come to one image, one branch and one commit when eight go on at once', async () => {
    const workspace = lab.makeWorkspace();
    const before = snapshotCheckout(workspace.folder);

    const runs = await Promise.all(
      Array.from({ length: 8 }, () => towline(workspace, 'run', '--yes', '--json')),
    );

    for (const run of runs) {
      assertExit(run, 0);
      assert.equal(outcomeOf(run), 'passed');
    }
    const numbers = runs.flatMap(({ events: [start] }) => (start?.type === 'run-started' ? start.run : []));
    assert.equal(new Set(numbers).size, 8);
    assert.deepEqual(proposalBranches(workspace), ['towline/dev/api']);
    assert.equal(workspace.remoteGit('rev-list', '--count', 'main..towline/dev/api'), '1');
    assert.equal((await tagsIn(lab.registry, workspace.image)).length, 1);
    assert.deepEqual(snapshotCheckout(workspace.folder), before);
    assert.equal((await towline(workspace, 'runs')).stdout.match(/^\d+ {2}passed/gm)?.length, 8);
    const locks = readdirSync(join(workspace.folder, '.git/towline'), { recursive: true, encoding: 'utf8' });
    assert.deepEqual(
      locks.filter((name) => /runs\/.*\.(lock|cancel|work)$/.test(name)),
      [],
    );
  });

  it('start one local registry when four of them find none', async () => {
    const workspace = lab.makeWorkspace({}, `localhost:${await freePort()}`);
    const runs = await Promise.all(
      Array.from({ length: 4 }, () => towline(workspace, 'run', '--no-propose', '--json')),
    );
    const folder = join(workspace.environment.TOWLINE_DATA ?? '', 'registry');
    const server = `serve ${join(folder, 'config.yml')}`;
    // The registry's own words are gone with the workspace.
    const log = readFileSync(join(folder, 'registry.log'), 'utf8');
    for (const { exitCode, stdout } of runs) assert.equal(exitCode, 0, `${stdout}\n${log}`);
    assert.equal(runningPrograms(server).length, 1);
    assertExit(await towline(workspace, 'registry', 'remove'), 0);
    assert.equal(runningPrograms(server).length, 0);
  });

  it('are kept as many as towline.yaml says, the newest ones', async () => {
    const workspace = lab.makeWorkspace({ config: { runs: { keep: 2 } } });
    for (let count = 0; count < 4; count += 1) assertExit(await towline(workspace, 'run', '--no-propose'), 0);
    const listed = await towline(workspace, 'runs');
    assert.deepEqual(listed.stdout.match(/^\d+(?= {2})/gm), ['4', '3']);
    assertExit(await towline(workspace, 'logs', '1'), 2);
    assertExit(await towline(workspace, 'logs', '3'), 0);
    const fifth = await towline(workspace, 'run', '--no-propose', '--json');
    const [start] = fifth.events;
    assert.ok(start?.type === 'run-started' && start.run === 5);
  });

  it('are listed as JSON and as many as asked for', async () => {
    const workspace = lab.makeWorkspace();
    assertExit(await towline(workspace, 'run', '--no-propose'), 0);
    assertExit(await towline(workspace, 'run', '--no-propose'), 0);
    const one = await towline(workspace, 'runs', '--limit', '1', '--json');
    const lines = one.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.equal(lines.length, 1);
    assert.equal(lines[0].state.run, 2);
    assert.equal(lines[0].standing, 'finished');
    assertExit(await towline(workspace, 'runs', '--limit', 'many'), 2);
  });
});
