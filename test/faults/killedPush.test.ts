import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FaultOutcome, type FaultProgram, makeFaultProgram } from '../support/faultProgram.ts';
import { runUndisturbed } from '../support/faultTrial.ts';
import { type EndState, type FaultWorkspace, makeFaultWorkspace } from '../support/faultWorkspace.ts';
import { skipTest } from '../support/skipTest.ts';

describe('a proposal whose push nobody hears the end of', () => {
  let program: FaultProgram;
  let workspace: FaultWorkspace;
  let expected: EndState;

  before(async function () {
    this.timeout(60_000);
    if (process.platform === 'win32') skipTest(this, 'the hooks are shell scripts');
    program = await makeFaultProgram();
    workspace = await makeFaultWorkspace({ services: ['api'] });
    expected = (await runUndisturbed(program, workspace)).endState;
  });
  beforeEach(() => workspace.reset());
  after(async () => {
    await workspace?.[Symbol.asyncDispose]();
    await program?.[Symbol.asyncDispose]();
  });

  /** Lets a hook of the remote kill the run that pushes to it, once. */
  async function runAndKillIn(hook: string, then = ''): Promise<FaultOutcome> {
    const prey = join(workspace.remote, 'prey');
    const lines = [
      '#!/bin/sh',
      'cat >/dev/null',
      'test -e prey || exit 0',
      'kill -9 $(cat prey)',
      'rm prey',
      then,
    ];
    writeFileSync(join(workspace.remote, 'hooks', hook), `${lines.join('\n')}\nexit 0\n`, { mode: 0o755 });
    const running = program.start(workspace.repository, workspace.environment, { actions: ['run'] });
    writeFileSync(prey, String(running.child.pid));
    const outcome = await running.outcome;
    assert.equal(outcome.signal, 'SIGKILL');
    assert.equal(outcome.calls.at(-1), 'repository.push#1', 'it died while it pushed');
    return outcome;
  }

  async function resume(): Promise<void> {
    const resumed = await program.run(workspace.repository, workspace.environment, {
      actions: ['resume', 'run'],
    });
    assert.deepEqual(
      resumed.ended.map(({ outcome }) => outcome),
      ['passed', 'passed'],
      JSON.stringify(resumed.ended.at(0)?.services),
    );
    assert.deepEqual(await workspace.endState(), expected);
    assert.deepEqual(workspace.readCheckout(), workspace.checkout);
  }

  it('is found on its branch when the remote had taken it', async () => {
    await runAndKillIn('post-receive');
    await resume();
  });

  it('is found on its branch when the remote takes it while the run is resumed', async function () {
    this.timeout(30_000);
    // Git goes on without Towline, and the remote answers when the next run is about to push the same.
    await runAndKillIn('pre-receive', 'while ! test -e "$0.second"; do sleep 0.02; done; sleep 0.3');
    const preReceive = join(workspace.remote, 'hooks/pre-receive');
    writeFileSync(preReceive, '#!/bin/sh\ncat >/dev/null\ntouch "$0.second"\nsleep 1\n', { mode: 0o755 });
    await resume();
  });

  it('is one commit on one branch when two runs start at once', async function () {
    this.timeout(30_000);
    const order = { actions: ['run'] } as const;
    const outcomes = await Promise.all(
      [1, 2].map(() => program.run(workspace.repository, workspace.environment, order)),
    );
    assert.deepEqual(
      outcomes.flatMap(({ ended }) => ended.map(({ outcome }) => outcome)),
      ['passed', 'passed'],
      JSON.stringify(outcomes.map(({ ended, errors }) => [ended.at(0)?.services, errors])),
    );
    assert.deepEqual(await workspace.endState(), expected);
    assert.deepEqual(workspace.readCheckout(), workspace.checkout);
  });
});
