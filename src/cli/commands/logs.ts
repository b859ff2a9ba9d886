import { TowlineError } from '../../domain/errors/towlineError.ts';
import { type RunState, reduceRun } from '../../domain/runs/runState.ts';
import { visibleText } from '../../domain/text/visibleText.ts';
import { logName } from '../../engine/runs/stepReport.ts';
import { exitCodes } from '../exitCodes.ts';
import { createPlainProgress } from '../print/plainProgress.ts';
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
  const seen = new Map<string, number>();
  let state: RunState | undefined;

  const printLog = async (service: string, step: Parameters<typeof logName>[1]): Promise<void> => {
    const name = logName(service, step);
    const read = await engine.readLog(opened, run, name, seen.get(name) ?? 0);
    if (!read || read.text === '') return;
    seen.set(name, read.size);
    for (const line of read.text.replace(/\n$/, '').split('\n')) terminal.out(`  ${visibleText(line, true)}`);
  };

  for await (const event of engine.followRun(opened, run, signal)) {
    state = reduceRun(state, event);
    if (event.type === 'step-finished') await printLog(event.service, event.step);
    if (state) progress.show(event, state);
  }
  if (!state) throw new TowlineError('run-not-found', { why: `Run ${run} has no records.` });
  terminal.out(
    state.outcome
      ? `run ${run} ${state.outcome}`
      : `run ${run} was interrupted; towline run --resume ${run} goes on from there`,
  );
  return exitCodes.passed;
}
