import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { staticShell } from '../support/dockerBuilds.ts';
import { type FaultProgram, makeFaultProgram } from '../support/faultProgram.ts';
import { type FaultWorkspace, makeFaultWorkspace } from '../support/faultWorkspace.ts';
import { skipTest } from '../support/skipTest.ts';

/** Nothing that is waited for here takes a tenth of it, milliseconds. */
const limit = 20_000;

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + limit;
  while (!condition()) {
    assert.ok(Date.now() < deadline, `waited too long until ${what}`);
    await pause(20);
  }
}

/** Whether a program with these words runs anywhere on this machine, in containers, too. */
function isRunning(words: string): boolean {
  return readdirSync('/proc').some((name) => {
    try {
      return (
        /^\d+$/.test(name) &&
        readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').join(' ').includes(words)
      );
    } catch {
      return false;
    }
  });
}

describe('what a killed run has left running', () => {
  let program: FaultProgram;
  let workspace: FaultWorkspace;

  before(async function () {
    this.timeout(60_000);
    if (process.platform !== 'linux')
      skipTest(this, 'only Linux tells what other processes were started with');
    program = await makeFaultProgram();
  });
  after(() => program?.[Symbol.asyncDispose]());
  afterEach(() => workspace?.[Symbol.asyncDispose]());

  it('is ended by the next run when it is a test and what that has started, and the run says so', async function () {
    this.timeout(60_000);
    const seconds = `61.${process.pid}`;
    workspace = await makeFaultWorkspace({
      services: ['api'],
      // Once only: the second time there is nothing to wait for.
      check: `if test -e ../waited; then exit 0; fi\ntouch ../waited\nsetsid sleep ${seconds} &\nsleep ${seconds}\n`,
    });
    const killed = program.start(workspace.repository, workspace.environment, { actions: ['run'] });
    await until(() => isRunning(`sleep ${seconds}`), 'the test command sleeps');
    killed.child.kill('SIGKILL');
    assert.equal((await killed.outcome).signal, 'SIGKILL');
    assert.ok(isRunning(`sleep ${seconds}`), 'nobody has ended it');

    const next = await program.run(workspace.repository, workspace.environment, { actions: ['resume'] });
    assert.equal(isRunning(`sleep ${seconds}`), false);
    assert.match(next.ended[0]?.notices.join('\n') ?? '', new RegExp(`Run 1 was killed .* sleep ${seconds}`));
    assert.equal(next.ended[0]?.outcome, 'passed', next.errors);
    assert.deepEqual(workspace.leftovers(), []);
  });

  it('is left alone while its owner lives', async function () {
    this.timeout(60_000);
    const seconds = `62.${process.pid}`;
    workspace = await makeFaultWorkspace({
      services: ['api'],
      check: `if test -e ../waited; then exit 0; fi\ntouch ../waited\nsleep ${seconds}\n`,
    });
    const first = program.start(workspace.repository, workspace.environment, { actions: ['run'] });
    await until(() => isRunning(`sleep ${seconds}`), 'the test command sleeps');
    const second = await program.run(workspace.repository, workspace.environment, { actions: ['run'] });
    assert.equal(second.ended[0]?.outcome, 'passed', second.errors);
    assert.ok(isRunning(`sleep ${seconds}`));
    await endRun(first.child, first.outcome);
    await program.run(workspace.repository, workspace.environment, { actions: ['run'] });
    assert.equal(isRunning(`sleep ${seconds}`), false);
  });

  it('stops on the engine by itself when it is a build', async function () {
    this.timeout(60_000);
    if (staticShell === undefined) skipTest(this, 'needs busybox (Debian: busybox-static)');
    const seconds = `63.${process.pid}`;
    workspace = await makeFaultWorkspace({
      services: ['api'],
      dockerfile: `FROM scratch\nCOPY busybox /bin/busybox\nCOPY busybox /bin/sh\nRUN /bin/busybox sleep ${seconds}\n`,
      shell: staticShell,
    });
    const killed = program.start(workspace.repository, workspace.environment, { actions: ['run'] });
    await until(() => isRunning(`sleep ${seconds}`), 'the build sleeps');
    await endRun(killed.child, killed.outcome);
    await until(() => !isRunning(`sleep ${seconds}`), 'the engine has noticed');
  });
});

async function endRun(
  child: ChildProcess,
  outcome: Promise<{ readonly signal: string | null }>,
): Promise<void> {
  child.kill('SIGKILL');
  assert.equal((await outcome).signal, 'SIGKILL');
}
