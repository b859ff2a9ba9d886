import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { Engine } from '../../engine/createEngine.ts';
import type { OpenWorkspace } from '../../engine/workspace/openWorkspace.ts';
import { exitCodes } from '../exitCodes.ts';
import type { CommandContext, ExitCode } from './commandContext.ts';

/** `towline cancel [run]`: asks the process that owns a run to stop it, and waits until it has. */
export async function cancel(
  { engine, terminal, folder, signal }: CommandContext,
  runText: string | undefined,
): Promise<ExitCode> {
  const opened = await engine.open(folder, signal);
  const run = runText === undefined ? await newestRunning(engine, opened) : Number(runText);
  if (run === undefined || !Number.isInteger(run))
    throw new TowlineError('run-not-found', {
      why: runText === undefined ? 'No run goes on here.' : `${runText} is no run number.`,
    });
  if ((await engine.cancelRun(opened, run)) === 'not-running') {
    terminal.out(`run ${run} does not run: nothing to cancel`);
    return exitCodes.passed;
  }
  let outcome = 'interrupted';
  for await (const event of engine.followRun(opened, run, signal))
    if (event.type === 'run-finished') outcome = event.outcome;
  terminal.out(`run ${run} ${outcome}`);
  return exitCodes.passed;
}

async function newestRunning(engine: Engine, opened: OpenWorkspace): Promise<number | undefined> {
  for (const run of engine.listRuns(opened).toReversed()) {
    if ((await engine.readRun(opened, run))?.standing === 'running') return run;
  }
  return undefined;
}
