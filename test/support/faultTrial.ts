import { isDeepStrictEqual } from 'node:util';
import { watchFolder } from '../../src/adapters/chokidar/watchFolder.ts';
import { createStores } from '../../src/adapters/node/nodeStores.ts';
import type { RunEvent } from '../../src/domain/runs/runEvent.ts';
import type { RunState } from '../../src/domain/runs/runState.ts';
import { decodeRecords } from '../../src/engine/runs/journalRecord.ts';
import { readRun } from '../../src/engine/runs/readRun.ts';
import type { FaultOutcome, FaultProgram, KillPoint } from './faultProgram.ts';
import type { EndState, FaultWorkspace } from './faultWorkspace.ts';

export interface Trial {
  /** `finished`: the run was over before the moment came, so nothing was killed and nothing proven. */
  readonly kind: 'killed' | 'finished';
  /** What the process said last. */
  readonly at: string;
  readonly acknowledged: number;
  /** Acknowledged records that the journal does not hold, in their place. */
  readonly lost: number;
  /** Moves of a proposal's branch, images and branches beyond those of a run that nobody disturbs. */
  readonly duplicates: number;
  /** Everything that is not as it should be, one sentence each. */
  readonly problems: readonly string[];
}

/** A run to its end that nobody disturbs, for comparison. */
export async function runUndisturbed(
  program: FaultProgram,
  workspace: FaultWorkspace,
): Promise<{ readonly outcome: FaultOutcome; readonly endState: EndState }> {
  await workspace.reset();
  const outcome = await program.run(workspace.repository, workspace.environment, { actions: ['run'] });
  if (outcome.ended.at(-1)?.outcome !== 'passed')
    throw new Error(`The undisturbed run failed: ${describe(outcome)}`);
  return { outcome, endState: await workspace.endState() };
}

/** Kills a run at a point, looks at what is left, resumes it in a new process, runs once more, and compares. */
export async function tryKill(
  program: FaultProgram,
  workspace: FaultWorkspace,
  kill: KillPoint,
  expected: EndState,
): Promise<Trial> {
  await workspace.reset();
  const killed = await program.run(workspace.repository, workspace.environment, { actions: ['run'], kill });
  if (killed.code === 0 && killed.dying === undefined)
    return {
      kind: 'finished',
      at: '',
      acknowledged: killed.events.length,
      lost: 0,
      duplicates: 0,
      problems: [],
    };

  const problems: string[] = [];
  const check = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(problem);
  };
  check(killed.signal === 'SIGKILL', `it was not killed: ${describe(killed)}`);
  check(killed.dying === nameOf(kill), `it died at ${killed.dying}, not ${nameOf(kill)}`);
  const left = await readJournal(workspace.repository);
  check(left.damaged === 0, `${left.damaged} records of the journal are damaged`);
  const lost = countLost(killed.events, left.events);
  check(lost === 0, `${lost} of ${killed.events.length} acknowledged records are lost`);
  const finished = left.events.at(-1)?.type === 'run-finished';
  const standing = left.events.length === 0 ? undefined : finished ? 'finished' : 'interrupted';
  check(left.standing === standing, `the run reads ${left.standing}, not ${standing}`);
  checkSame('the checkout after the kill', workspace.readCheckout(), workspace.checkout);

  const resumed = await program.run(workspace.repository, workspace.environment, {
    actions: ['resume', 'run'],
  });
  const [resumption, further] = resumed.ended;
  check(resumption?.outcome === 'passed', `it cannot be resumed: ${describe(resumed)}`);
  check(further?.outcome === 'passed', `a further run fails: ${describe(resumed)}`);
  check(!further || reusesAll(further), `a further run repeats steps: ${describe(resumed)}`);
  const endState = await workspace.endState();
  checkSame('the end state', endState, expected);
  checkSame('the checkout after resuming', workspace.readCheckout(), workspace.checkout);
  problems.push(...workspace.leftovers().map((leftover) => `left behind: ${leftover}`));
  return {
    kind: 'killed',
    at: killed.dying ?? '',
    acknowledged: killed.events.length,
    lost,
    duplicates: countEffects(endState) - countEffects(expected),
    problems,
  };

  function checkSame<T extends object>(what: string, actual: T, wanted: T): void {
    for (const part of Object.keys(wanted) as (keyof T & string)[]) {
      const [is, was] = [actual[part], wanted[part]].map((value) => JSON.stringify(value));
      check(is === was, `${what}: ${part} is ${is}, not ${was}`);
    }
  }
}

function nameOf(kill: KillPoint): string {
  return 'call' in kill ? `${kill.when} ${kill.call}` : 'time';
}

interface LeftJournal {
  readonly events: readonly RunEvent[];
  readonly damaged: number;
  readonly standing: string | undefined;
}

/** The one run there is; nothing when it did not come to exist. */
async function readJournal(repository: string): Promise<LeftJournal> {
  const journal = createStores({ watchFolder }).openJournal(`${repository}/.git`);
  const run = journal.listRuns().at(-1);
  const read = run === undefined ? undefined : await journal.read(run, 0);
  if (run === undefined || !read) return { events: [], damaged: 0, standing: undefined };
  const { events, damaged } = decodeRecords(read.bytes);
  return { events, damaged, standing: (await readRun(journal, run))?.standing };
}

/** Records that are not in the journal at the place where they were acknowledged. */
function countLost(acknowledged: readonly RunEvent[], kept: readonly RunEvent[]): number {
  return acknowledged.filter((event, index) => !isDeepStrictEqual(event, kept[index])).length;
}

function reusesAll(state: RunState): boolean {
  return state.services.every(({ steps }) => steps.every(({ result }) => result?.outcome === 'reused'));
}

function countEffects({ images, branches }: EndState): number {
  return images.length + branches.reduce((sum, { commits, moves }) => sum + 1 + commits + moves, 0);
}

function describe({ code, signal, errors, ended }: FaultOutcome): string {
  const results = ended.map(({ run, services }) => ({
    run,
    steps: services.flatMap(({ name, steps }) =>
      steps.map(({ step, result }) => {
        const why = result?.outcome === 'failed' ? `: ${result.failure.why}` : '';
        return `${name} ${step} ${result?.outcome}${why}`;
      }),
    ),
  }));
  return `exit code ${code}, signal ${signal}, ${JSON.stringify(results)} ${errors}`;
}
