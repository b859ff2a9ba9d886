import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tagsIn, useCliLab } from '../support/cliLab.ts';
import {
  assertExit,
  isGone,
  type RunningCli,
  startTowline,
  stepsOf,
  towline,
  waitUntil,
} from '../support/cliProcess.ts';
import {
  type CliWorkspace,
  imagesOnEngine,
  proposalBranches,
  runningPrograms,
} from '../support/cliWorkspace.ts';
import { staticShell } from '../support/dockerBuilds.ts';
import { snapshotCheckout } from '../support/gitFixture.ts';
import { skipTest } from '../support/skipTest.ts';

/** A test that says it is there, starts a child and waits for the file `go`. */
const waitingTest = `import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import test from 'node:test';
const folder = process.env.TMPDIR;
test('waits', (context, done) => {
  const child = spawn('sleep', ['300']);
  writeFileSync(folder + '/pids', process.pid + ' ' + child.pid + '\\n');
  console.log('said before waiting');
  const timer = setInterval(() => {
    if (!existsSync(folder + '/go')) return;
    clearInterval(timer);
    child.kill('SIGKILL');
    done();
  }, 20);
});
`;

describe('a run that is ended, left or watched from outside', () => {
  const lab = useCliLab();

  function makeWaiting(): CliWorkspace {
    const workspace = lab.makeWorkspace({ files: { 'services/api/test/works.test.js': waitingTest } });
    return { ...workspace, environment: { ...workspace.environment, TMPDIR: workspace.sandbox.folder } };
  }
  const go = (workspace: CliWorkspace) =>
    workspace.sandbox.git(workspace.sandbox.folder, 'init', '--quiet', 'go');

  /** A run that is at its test, and the processes of that test. */
  async function startAtTest(workspace: CliWorkspace): Promise<{ run: RunningCli; pids: readonly string[] }> {
    const run = startTowline(workspace, 'run', '--yes', '--json');
    const file = join(workspace.sandbox.folder, 'pids');
    // The file is there a moment before it is written; half of it, or none, would name other processes.
    const text = await waitUntil('the test runs', () => {
      const written = existsSync(file) ? readFileSync(file, 'utf8') : '';
      return /^\d+ \d+\n$/.test(written) && written.trim();
    });
    return { run, pids: text.split(' ') };
  }

  it('is cancelled at its test by a second process, and leaves no process and no image', async () => {
    const workspace = makeWaiting();
    const before = snapshotCheckout(workspace.folder);
    const { run, pids } = await startAtTest(workspace);

    const cancel = await towline(workspace, 'cancel');

    assertExit(cancel, 0);
    assert.match(cancel.stdout, /run 1 cancelled/);
    const ended = await run.ended;
    assertExit(ended, 130);
    assert.deepEqual(stepsOf(ended), ['api test cancelled']);
    for (const pid of pids) assert.ok(isGone(pid), `process ${pid} still runs`);
    assert.deepEqual(imagesOnEngine(workspace), []);
    assert.deepEqual(snapshotCheckout(workspace.folder), before);
    assert.match((await towline(workspace, 'runs')).stdout, /^1 {2}cancelled/);
    assert.match((await towline(workspace, 'cancel', '1')).stdout, /does not run/);
  });

  it('is cancelled at its build by a second process, and the engine stops building', async function () {
    if (staticShell === undefined) skipTest(this, 'there is no busybox for an image with a shell');
    const seconds = `29${process.pid}`;
    const workspace = lab.makeWorkspace({
      files: {
        'services/api/busybox': readFileSync(staticShell),
        'services/api/Dockerfile': `FROM scratch\nCOPY --chmod=755 busybox /bin/sh\nCOPY --chmod=755 busybox /bin/sleep\nRUN sleep ${seconds}\n`,
      },
    });
    const run = startTowline(workspace, 'run', '--yes', '--json');
    await waitUntil('the build sleeps', () => runningPrograms(`sleep ${seconds}`).length > 0);

    const cancel = await towline(workspace, 'cancel');

    assertExit(cancel, 0);
    const ended = await run.ended;
    assertExit(ended, 130);
    assert.deepEqual(stepsOf(ended), ['api test passed', 'api build cancelled']);
    await waitUntil('the engine has ended the build', () => runningPrograms(`sleep ${seconds}`).length === 0);
    assert.deepEqual(imagesOnEngine(workspace), []);
    assert.deepEqual(await tagsIn(lab.registry, workspace.image), []);
    assert.deepEqual(proposalBranches(workspace), []);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`ends with 130 at ${signal}, records that and takes its processes along`, async () => {
      const workspace = makeWaiting();
      const { run, pids } = await startAtTest(workspace);
      run.kill(signal);
      assertExit(await run.ended, 130);
      for (const pid of pids) assert.ok(isGone(pid), `process ${pid} still runs`);
      assert.match((await towline(workspace, 'runs')).stdout, /^1 {2}cancelled/);
    });
  }

  it('reads as interrupted after a SIGKILL, and can be resumed', async () => {
    const workspace = makeWaiting();
    const { run, pids } = await startAtTest(workspace);
    run.kill('SIGKILL');
    assert.equal((await run.ended).signal, 'SIGKILL');

    assert.match((await towline(workspace, 'runs')).stdout, /^1 {2}interrupted/);
    assert.match((await towline(workspace, 'logs', '1')).stdout, /run 1 was interrupted/);
    // Some may have ended with the run.
    for (const pid of pids) if (!isGone(pid)) process.kill(Number(pid), 'SIGKILL');
    go(workspace);
    const resumed = await towline(workspace, 'run', '--resume', '--yes', '--json');

    assertExit(resumed, 0);
    const [start] = resumed.events;
    assert.ok(start?.type === 'run-started' && start.resumes === 1 && start.run === 2);
    assert.deepEqual(proposalBranches(workspace), ['towline/dev/api']);
    assert.match((await towline(workspace, 'runs')).stdout, /^2 {2}passed[\s\S]*\n1 {2}interrupted/);
  });

  it('is not resumed while it still goes on', async () => {
    const workspace = makeWaiting();
    const { run } = await startAtTest(workspace);
    const resumed = await towline(workspace, 'run', '--resume', '1', '--yes');
    assertExit(resumed, 1);
    assert.match(resumed.stderr, /Run 1 still goes on/);
    go(workspace);
    assertExit(await run.ended, 0);
  });

  it('is followed live by `towline logs` in another process', async () => {
    const workspace = makeWaiting();
    const { run } = await startAtTest(workspace);
    const logs = startTowline(workspace, 'logs');
    await waitUntil('the follower shows the start', () => logs.stdout.includes('api test …'));
    assert.ok(!logs.stdout.includes('passed'));
    assert.match((await towline(workspace, 'runs')).stdout, /^1 {2}running/);
    const during = await towline(workspace, 'status');
    assert.match(during.stdout, /newest run: 1, running/);

    go(workspace);

    assertExit(await run.ended, 0);
    const followed = await logs.ended;
    assertExit(followed, 0);
    assert.match(followed.stdout, /said before waiting/);
    for (const step of ['test', 'build', 'push', 'propose'])
      assert.match(followed.stdout, new RegExp(`api ${step} passed`));
    assert.match(followed.stdout, /run 1 passed\n$/);
  });

  it('stops being followed at SIGINT without touching the run', async () => {
    const workspace = makeWaiting();
    const { run } = await startAtTest(workspace);
    const logs = startTowline(workspace, 'logs');
    await waitUntil('the follower shows the start', () => logs.stdout.includes('api test …'));
    logs.kill('SIGINT');
    assertExit(await logs.ended, 130);
    go(workspace);
    assertExit(await run.ended, 0);
  });
});
