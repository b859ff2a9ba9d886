import { TowlineError } from '../../domain/errors/towlineError.ts';
import { type RunState, reduceRun } from '../../domain/runs/runState.ts';
import type { StepName } from '../../domain/runs/stepName.ts';
import { visibleText } from '../../domain/text/visibleText.ts';
import type { Engine } from '../../engine/createEngine.ts';
import { logName } from '../../engine/runs/stepReport.ts';
import type { OpenWorkspace } from '../../engine/workspace/openWorkspace.ts';
import { exitCodes } from '../exitCodes.ts';
import { createPlainProgress } from '../print/plainProgress.ts';
import type { Terminal } from '../terminal.ts';
import type { CommandContext, ExitCode } from './commandContext.ts';

/** `towline logs <run>`: what happened, with the output of each step; follows a run that still goes on. */
export async function logs(
  { engine, terminal, folder, signal }: CommandContext,
  runText: string | undefined,
): Promise<ExitCode> {
  const opened = await engine.open(folder, signal);
  const run = runText === undefined ? engine.listRuns(opened).at(-1) : Number(runText);
  if (run === undefined || !Number.isInteger(run))
    throw new TowlineError('run-not-found', {
      why: runText === undefined ? 'There are no runs yet.' : `${runText} is no run number.`,
    });
  const progress = createPlainProgress({ ...terminal, err: terminal.out });
  const output = createOutputPrinter(engine, opened, run, terminal);
  let state: RunState | undefined;

  // A side log grows between two events; whoever follows wants to see that, too.
  const watching = await engine.watchRuns(opened, (moved) => {
    if (moved === run) output.printNew().catch(() => undefined);
  });
  try {
    for await (const event of engine.followRun(opened, run, signal)) {
      state = reduceRun(state, event);
      if (event.type === 'step-started') output.follow(event.service, event.step);
      if (event.type === 'step-finished') await output.finish(event.service, event.step);
      if (state) progress.show(event, state);
    }
    await output.finishAll();
  } finally {
    watching.dispose();
  }
  if (!state) throw new TowlineError('run-not-found', { why: `Run ${run} has no records.` });
  terminal.out(
    state.outcome
      ? `run ${run} ${state.outcome}`
      : `run ${run} was interrupted; towline run --resume ${run} goes on from there`,
  );
  return exitCodes.passed;
}

interface FollowedLog {
  readonly prefix: string;
  offset: number;
  /** The start of a line whose end has not come yet. */
  rest: string;
}

/** Prints the output of steps as it grows, whole lines only, each with the step it is of. */
function createOutputPrinter(engine: Engine, opened: OpenWorkspace, run: number, terminal: Terminal) {
  const followed = new Map<string, FollowedLog>();
  let printing: Promise<void> = Promise.resolve();

  async function print(name: string, log: FollowedLog): Promise<void> {
    const read = await engine.readLog(opened, run, name, log.offset);
    if (!read || read.text === '') return;
    log.offset = read.size;
    const lines = (log.rest + read.text).split('\n');
    log.rest = lines.pop() ?? '';
    for (const line of lines) terminal.out(`${log.prefix}${visibleText(line, true)}`);
  }

  function inTurn(work: () => Promise<void>): Promise<void> {
    printing = printing.then(work);
    return printing;
  }

  async function printAll(): Promise<void> {
    for (const [name, log] of followed) await print(name, log);
  }

  async function end(name: string): Promise<void> {
    const log = followed.get(name);
    if (!log) return;
    await print(name, log);
    if (log.rest !== '') terminal.out(`${log.prefix}${visibleText(log.rest, true)}`);
    followed.delete(name);
  }

  return {
    follow(service: string, step: StepName): void {
      followed.set(logName(service, step), {
        prefix: `  ${visibleText(service)} ${step} │ `,
        offset: 0,
        rest: '',
      });
    },
    printNew: () => inTurn(printAll),
    finish: (service: string, step: StepName) => inTurn(() => end(logName(service, step))),
    finishAll: () =>
      inTurn(async () => {
        for (const name of [...followed.keys()]) await end(name);
      }),
  };
}
