import assert from 'node:assert/strict';
import type { PortCall } from '../support/faultPorts.ts';
import { type CallPoint, type FaultProgram, makeFaultProgram } from '../support/faultProgram.ts';
import { runUndisturbed, tryKill } from '../support/faultTrial.ts';
import { type EndState, type FaultWorkspace, makeFaultWorkspace } from '../support/faultWorkspace.ts';

/** Kill points tried at the same time, each in a repository and with a registry of its own. */
const lanes = 2;

/** Calls that may change something outside the process: killed before and after. */
const writes =
  /^(?:journal\.createRun|run\.(?:append|appendLog|close)|journal\.makeWorkFolder|stores\.withLock|records\.(?:write|remove)|processes\.(?:run|startDetached|end)|files\.(?:writeWhole|makeFolder|remove|makeTemporaryFolder)|containers\.(?:buildImage|tagImage|removeImage|pushImage|pullImage|startContainer|stopContainer)|repository\.(?:fetchBranch|commit|updateRef|deleteRef|push|deleteRemoteBranch)|repositories\.openMirror)#/;

/** Reads of this machine that come by the hundred and change nothing: killed at the first of each method. */
const plentiful = /^(?:clock|files|credentials|records\.(?:read|list)|processes\.(?:find|isAlive))\b/;

/** How many progress events share one write is a matter of moments, so the last few appends may not come again. */
const variable = /^run\.(?:append|appendLog)#/;

interface Lane {
  readonly workspace: FaultWorkspace;
  readonly expected: EndState;
}

describe('a run that is killed, on the real engine, registry and Git', () => {
  let program: FaultProgram;
  const ready: Lane[] = [];
  let calls: readonly PortCall[] = [];

  before(async function () {
    this.timeout(60_000);
    program = await makeFaultProgram();
    for (let lane = 0; lane < lanes; lane += 1) {
      const workspace = await makeFaultWorkspace({ services: ['api'] });
      const { outcome, endState } = await runUndisturbed(program, workspace);
      ready.push({ workspace, expected: endState });
      calls = outcome.calls;
    }
  });

  after(async () => {
    for (const { workspace } of ready) await workspace[Symbol.asyncDispose]();
    await program[Symbol.asyncDispose]();
  });

  /** Tries every point; gives those that the run did not come to. */
  async function tryAll(points: readonly CallPoint[]): Promise<readonly string[]> {
    assert.ok(points.length > 0);
    const waiting = [...points];
    const missed: string[] = [];
    const problems: string[] = [];
    await Promise.all(
      ready.map(async ({ workspace, expected }) => {
        for (let point = waiting.shift(); point; point = waiting.shift()) {
          const name = `${point.call} ${point.when}`;
          const trial = await tryKill(program, workspace, point, expected);
          if (trial.kind === 'finished') missed.push(name);
          problems.push(...trial.problems.map((problem) => `${name}: ${problem}`));
        }
      }),
    );
    assert.deepEqual(problems, []);
    return missed;
  }

  const points = (chosen: readonly PortCall[], moments: readonly ('before' | 'after')[]): CallPoint[] =>
    chosen.flatMap((call) => moments.map((when) => ({ call, when })));

  it('is resumed to the same end from before and after every call that changes something', async function () {
    this.timeout(1_200_000);
    const chosen = points(
      calls.filter((call) => writes.test(call)),
      ['before', 'after'],
    );
    const missed = await tryAll(chosen);
    assert.deepEqual(
      missed.filter((name) => !variable.test(name)),
      [],
    );
    assert.ok(
      missed.length < chosen.length / 8,
      `${missed.length} of ${chosen.length} points were not reached`,
    );
  });

  it('is resumed to the same end from every call that asks the engine, the registry, Git or a store', async function () {
    this.timeout(600_000);
    const asking = calls.filter((call) => !writes.test(call) && !plentiful.test(call));
    assert.deepEqual(await tryAll(points(asking, ['before'])), []);
  });

  it('is resumed to the same end from a sample of the plain reads', async function () {
    this.timeout(300_000);
    const reading = calls.filter((call) => /^(?!clock).*#40$|#1$/.test(call) && plentiful.test(call));
    assert.deepEqual(await tryAll(points(reading, ['before'])), []);
  });
});
