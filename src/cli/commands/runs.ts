import { describeResult, describeWhy } from '../../domain/runs/describeStep.ts';
import { durationText } from '../../domain/text/durationText.ts';
import { visibleText } from '../../domain/text/visibleText.ts';
import type { KeptRun } from '../../engine/runs/readRun.ts';
import { exitCodes } from '../exitCodes.ts';
import type { CommandContext, ExitCode } from './commandContext.ts';

/** `towline runs`: the runs that are kept, newest first. */
export async function runs(
  { engine, terminal, folder, signal }: CommandContext,
  options: { readonly json?: boolean; readonly limit: number },
): Promise<ExitCode> {
  const opened = await engine.open(folder, signal);
  const numbers = engine.listRuns(opened).toReversed().slice(0, options.limit);
  const kept = (await Promise.all(numbers.map((number) => engine.readRun(opened, number)))).filter(
    (run) => run !== undefined,
  );
  if (options.json) for (const run of kept) terminal.out(JSON.stringify(run));
  else if (kept.length === 0) terminal.out('No runs yet: `towline run` makes the first one.');
  else for (const run of kept) for (const line of describeRun(run)) terminal.out(visibleText(line));
  return exitCodes.passed;
}

function describeRun({ state, standing }: KeptRun): readonly string[] {
  const took = state.finishedAt === undefined ? '' : `, ${durationText(state.finishedAt - state.startedAt)}`;
  const when = new Date(state.startedAt).toISOString().slice(0, 19).replace('T', ' ');
  const source = `${state.branch ?? 'detached'}${state.commit ? ` ${state.commit.slice(0, 7)}` : ''}${state.dirty ? ' dirty' : ''}`;
  const outcome = standing === 'finished' ? state.outcome : standing;
  const target = state.request.environment ? ` → ${state.request.environment}` : '';
  const lines = [`${state.run}  ${outcome}  ${when}  ${source}${target}  (${state.host}${took})`];
  for (const { name, steps } of state.services) {
    for (const { step, result } of steps) {
      if (!result) continue;
      const why = result.outcome === 'passed' ? ` [ran: ${describeWhy(result.why)}]` : '';
      lines.push(`    ${name} ${step} ${result.outcome}: ${describeResult(result)}${why}`);
    }
  }
  return lines;
}
