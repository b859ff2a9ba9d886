import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import type { PortCall } from '../support/faultPorts.ts';
import { type FaultProgram, type KillPoint, makeFaultProgram } from '../support/faultProgram.ts';
import { runUndisturbed, type Trial, tryKill } from '../support/faultTrial.ts';
import { type EndState, type FaultWorkspace, makeFaultWorkspace } from '../support/faultWorkspace.ts';
import { createRandom } from '../support/seededRandom.ts';

export interface KilledRunsOptions {
  readonly kills: number;
  /** The same seed gives the same moments and calls; what happens at a moment depends on the machine. */
  readonly seed: number;
}

const lanes = 2;

interface Lane {
  readonly workspace: FaultWorkspace;
  readonly expected: EndState;
}

/** What kills came to. */
interface Tally {
  killed: number;
  recovered: number;
  acknowledged: number;
  lost: number;
  duplicates: number;
  readonly problems: string[];
}

/**
 * Kills runs of two services at seeded random moments and calls, on the real engine, registry and Git, resumes
 * each and compares its end with that of a run nobody disturbed. Runs that were over before their moment came do
 * not count.
 */
export async function run(
  _lab: unknown,
  { kills, seed }: KilledRunsOptions = { kills: 1000, seed: 1 },
): Promise<void> {
  await using program = await makeFaultProgram();
  const made: Lane[] = [];
  try {
    let calls: readonly PortCall[] = [];
    let duration = 0;
    for (let lane = 0; lane < lanes; lane += 1) {
      const workspace = await makeFaultWorkspace({ services: ['api', 'web'] });
      const { endState } = await runUndisturbed(program, workspace);
      made.push({ workspace, expected: endState });
      const start = performance.now();
      const { outcome } = await runUndisturbed(program, workspace);
      duration = Math.max(duration, performance.now() - start);
      calls = outcome.calls;
    }
    const start = performance.now();
    const tally = await killAll(program, made, choosePoints(calls, duration, seed), kills);
    printTally(tally, seed, performance.now() - start);
    if (tally.recovered < tally.killed) process.exitCode = 1;
  } finally {
    for (const { workspace } of made) await workspace[Symbol.asyncDispose]();
  }
}

/** Moments and calls by turns, without end. */
function* choosePoints(calls: readonly PortCall[], duration: number, seed: number): Generator<KillPoint> {
  const random = createRandom(seed);
  for (;;) {
    yield { milliseconds: Math.round(random() * duration) };
    const call = calls[Math.floor(random() * calls.length)] ?? '';
    yield { call, when: random() < 0.5 ? 'before' : 'after' };
  }
}

async function killAll(
  program: FaultProgram,
  made: readonly Lane[],
  points: Iterator<KillPoint>,
  kills: number,
): Promise<Tally> {
  const tally: Tally = { killed: 0, recovered: 0, acknowledged: 0, lost: 0, duplicates: 0, problems: [] };
  let begun = 0;
  await Promise.all(
    made.map(async ({ workspace, expected }) => {
      while (begun < kills) {
        begun += 1;
        const point: KillPoint = points.next().value;
        const trial = await tryKill(program, workspace, point, expected);
        if (trial.kind === 'finished') begun -= 1;
        else count(tally, trial, JSON.stringify(point));
      }
    }),
  );
  return tally;
}

function count(tally: Tally, trial: Trial, point: string): void {
  tally.killed += 1;
  tally.recovered += trial.problems.length === 0 ? 1 : 0;
  tally.acknowledged += trial.acknowledged;
  tally.lost += trial.lost;
  tally.duplicates += trial.duplicates;
  tally.problems.push(...trial.problems.map((problem) => `${point}: ${problem}`));
  if (tally.killed % 100 === 0) console.log(`  ${tally.recovered} of ${tally.killed} so far`);
}

function printTally(tally: Tally, seed: number, milliseconds: number): void {
  const { killed, recovered, acknowledged, lost, duplicates, problems } = tally;
  console.log(`  ${killed} runs killed (seed ${seed}) in ${Math.round(milliseconds / 1000)} s`);
  console.log(`  recovered to the same end: ${recovered} of ${killed}`);
  console.log(`  acknowledged records lost: ${lost} of ${acknowledged}`);
  console.log(`  images, branches, commits and pushes twice: ${duplicates}`);
  for (const problem of problems) console.log(`  ${problem}`);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { kills: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
  });
  await run(undefined, { kills: Number(values.kills), seed: Number(values.seed) });
}
