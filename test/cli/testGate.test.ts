import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tagsIn, useCliLab } from '../support/cliLab.ts';
import {
  assertExit,
  failureOfStep,
  holdOf,
  isGone,
  outcomeOf,
  outputOf,
  resultOf,
  stepsOf,
  towline,
} from '../support/cliProcess.ts';
import { type CliWorkspace, failingTest, imagesOnEngine, proposalBranches } from '../support/cliWorkspace.ts';

describe('towline run, the test gate', () => {
  const lab = useCliLab();

  async function assertNothingMade(workspace: CliWorkspace) {
    assert.deepEqual(imagesOnEngine(workspace), []);
    assert.deepEqual(await tagsIn(lab.registry, workspace.image), []);
    assert.deepEqual(proposalBranches(workspace), []);
  }

  it('makes no image of a red test, and says where the test is', async () => {
    const workspace = lab.makeWorkspace({ files: { 'services/api/test/works.test.js': failingTest } });
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 1);
    assert.deepEqual(stepsOf(run), ['api test failed']);
    const [failed] = failureOfStep(run, 'api', 'test').failedTests ?? [];
    assert.equal(failed?.name, 'adds');
    assert.equal(failed?.file, 'services/api/test/works.test.js');
    assert.equal(failed?.line, 5);
    await assertNothingMade(workspace);

    const spoken = await towline(workspace, 'run', '--yes');
    assertExit(spoken, 1);
    assert.match(spoken.stderr, /✗ adds services\/api\/test\/works\.test\.js:5/);
    await assertNothingMade(workspace);
  });

  it('makes no image of a red test with --anyway either, although it was green before', async () => {
    const flaky =
      "import test from 'node:test';\nimport { existsSync } from 'node:fs';\nimport assert from 'node:assert';\ntest('flaky', () => assert.ok(!existsSync(process.env.TMPDIR + '/red')));\n";
    const workspace = lab.makeWorkspace({ files: { 'services/api/test/works.test.js': flaky } });
    const environment = { ...workspace.environment, TMPDIR: workspace.sandbox.folder };
    assertExit(await towline({ ...workspace, environment }, 'run', '--yes'), 0);
    const tip = workspace.remoteGit('rev-parse', 'towline/dev/api');
    workspace.sandbox.git(workspace.sandbox.folder, 'init', '--quiet', 'red');
    const again = await towline({ ...workspace, environment }, 'run', '--anyway', '--json');
    assertExit(again, 1);
    assert.deepEqual(stepsOf(again), ['api test failed']);
    assert.equal(workspace.remoteGit('rev-parse', 'towline/dev/api'), tip);
  });

  it('ends a hanging test and its children after the timeout', async () => {
    const hanging =
      "import { spawn } from 'node:child_process';\nimport { writeFileSync } from 'node:fs';\nimport test from 'node:test';\n" +
      "test('hangs', () => {\n  const child = spawn('sleep', ['300'], { stdio: 'inherit' });\n" +
      '  writeFileSync(process.env.TMPDIR + "/pids", process.pid + " " + child.pid);\n  return new Promise(() => setInterval(() => {}, 1000));\n});\n';
    const workspace = lab.makeWorkspace({
      files: { 'services/api/test/works.test.js': hanging },
      api: { tests: { command: ['node', '--test'], timeout: '2s' } },
    });
    const environment = { ...workspace.environment, TMPDIR: workspace.sandbox.folder };
    const run = await towline({ ...workspace, environment }, 'run', '--yes', '--json');
    assertExit(run, 1);
    assert.equal(failureOfStep(run, 'api', 'test').code, 'timed-out');
    const pids = readFileSync(join(workspace.sandbox.folder, 'pids'), 'utf8').split(' ');
    for (const pid of pids) assert.ok(isGone(pid), `process ${pid} still runs`);
    await assertNothingMade(workspace);
  });

  it('holds a service without tests, and names both ways on', async () => {
    const workspace = lab.makeWorkspace({
      files: { 'services/api/package.json': undefined, 'services/api/test/works.test.js': undefined },
      api: { tests: undefined },
    });
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 3);
    const hold = holdOf(run, 'api', 'test');
    assert.equal(hold.code, 'tests-unknown');
    assert.equal(hold.ways.length, 2);
    assert.equal(outcomeOf(run), 'held');
    await assertNothingMade(workspace);
  });

  it('fails a command that ran no test', async () => {
    const workspace = lab.makeWorkspace({ files: { 'services/api/test/works.test.js': undefined } });
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 1);
    assert.equal(failureOfStep(run, 'api', 'test').code, 'tests-not-found');
    await assertNothingMade(workspace);
  });

  it('names the program that a test command needs and that is not there', async () => {
    const workspace = lab.makeWorkspace({ api: { tests: ['no-such-runner', 'test'] } });
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 1);
    const failure = failureOfStep(run, 'api', 'test');
    assert.equal(failure.code, 'command-not-found');
    assert.match(failure.why, /no-such-runner/);
  });

  it('shows `tests: none` in the run and in the proposal', async () => {
    const workspace = lab.makeWorkspace({ api: { tests: 'none' } });
    const run = await towline(workspace, 'run', '--yes');
    assertExit(run, 0);
    assert.match(run.stderr, /api declares that it has no tests/);
    assert.match(workspace.remoteGit('log', '-1', '--format=%B', 'towline/dev/api'), /Tests: none declared/);
  });

  it('passes a variable to the tests only when it is declared, and runs them again when it changes', async () => {
    const looking =
      "import test from 'node:test';\nimport assert from 'node:assert';\n" +
      "test('sees', () => {\n  assert.equal(process.env.SECRET_OF_MINE, undefined);\n  assert.match(process.env.DECLARED ?? '', /^v/);\n});\n";
    const workspace = lab.makeWorkspace({
      files: { 'services/api/test/works.test.js': looking },
      api: { tests: { command: ['node', '--test'], environment: ['DECLARED'] } },
    });
    const run = (declared: string, ...more: string[]) =>
      towline(
        {
          ...workspace,
          environment: { ...workspace.environment, SECRET_OF_MINE: 'hunter2', DECLARED: declared },
        },
        ...['run', '--no-propose', '--json', ...more],
      );
    const first = await run('v1-is-hidden');
    assertExit(first, 0);
    assert.equal(resultOf(await run('v1-is-hidden'), 'api', 'test').outcome, 'reused');
    const changed = await run('v2');
    const result = resultOf(changed, 'api', 'test');
    assert.equal(result.outcome, 'passed');
    assert.match(JSON.stringify(result), /environment DECLARED/);
    assert.ok(!first.stdout.includes('v1-is-hidden'), 'a value is in the journal');
    assert.equal(resultOf(changed, 'api', 'build').outcome, 'reused');
    assert.deepEqual(outputOf(changed, 'api', 'test').counts?.passed, 1);
  });
});
