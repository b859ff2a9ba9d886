import { describeWhy } from '../../domain/runs/describeStep.ts';
import type { RunState, ServiceRunState, StepState } from '../../domain/runs/runState.ts';
import type { ProposeOutput, PushOutput } from '../../domain/runs/stepOutput.ts';
import { durationText } from '../../domain/text/durationText.ts';
import { visibleText } from '../../domain/text/visibleText.ts';
import { logName } from '../../engine/runs/stepReport.ts';
import type { Terminal } from '../terminal.ts';
import { printFailure, printHold } from './printFailure.ts';

/** Lines of a failed step's log that are shown. */
const shownLines = 12;

/** What a run did, what it made and what waits for the user. */
export async function printSummary(
  terminal: Terminal,
  state: RunState,
  readLog: (log: string) => Promise<string | undefined>,
): Promise<void> {
  for (const service of state.services) await printService(terminal, service, readLog);
  const took =
    state.finishedAt === undefined ? '' : ` in ${durationText(state.finishedAt - state.startedAt)}`;
  const nothing =
    stepsOf(state).length > 0 && stepsOf(state).every(({ result }) => result?.outcome === 'reused');
  terminal.err(
    `run ${state.run} ${outcomeText(terminal, state)}${took}${nothing ? ': nothing had changed' : ''}`,
  );
  if (state.outcome === 'failed' || state.outcome === 'cancelled') {
    terminal.err(
      terminal.style(
        'dim',
        `towline logs ${state.run} shows all output; towline run --resume ${state.run} goes on from here`,
      ),
    );
  }
}

function stepsOf(state: RunState): readonly StepState[] {
  return state.services.flatMap(({ steps }) => steps).filter(({ result }) => result !== undefined);
}

function outcomeText(terminal: Terminal, { outcome }: RunState): string {
  if (outcome === 'passed') return terminal.style('green', 'passed');
  if (outcome === 'failed') return terminal.style('red', 'failed');
  return terminal.style(
    'yellow',
    outcome === 'held' ? 'waits for you' : (outcome ?? 'ended without an outcome'),
  );
}

async function printService(
  terminal: Terminal,
  { name, steps }: ServiceRunState,
  readLog: (log: string) => Promise<string | undefined>,
): Promise<void> {
  terminal.err(terminal.style('bold', visibleText(name)));
  for (const { step, result } of steps) {
    if (result?.outcome === 'passed')
      terminal.err(terminal.style('dim', `  ${step} ran: ${visibleText(describeWhy(result.why))}`));
    if (result?.outcome === 'passed' || result?.outcome === 'reused') {
      const output = result.output;
      if (output.step === 'push') printPush(terminal, output);
      if (output.step === 'propose') printProposal(terminal, output);
    }
    if (result?.outcome === 'held') printHold(terminal, result.hold, '  ');
    if (result?.outcome === 'failed') {
      printFailure(terminal, result.failure, '  ');
      // A list of failing tests says it better than the end of their output.
      if (!result.failure.failedTests?.length) printTail(terminal, await readLog(logName(name, step)));
    }
  }
}

function printPush(terminal: Terminal, { repository, tag, digest }: PushOutput): void {
  terminal.err(`  image     ${repository}:${tag}`);
  terminal.err(`  digest    ${digest}`);
}

function printProposal(terminal: Terminal, proposal: ProposeOutput): void {
  const { change, environment, branch, base, remote, files, compareUrl: compare } = proposal;
  if (change === 'not-run') {
    terminal.err(
      `  proposal  none: ${visibleText(environment)} does not run it, other services are built on it`,
    );
    return;
  }
  if (change === 'delivered') {
    terminal.err(`  proposal  none needed: ${base} runs this image already`);
    return;
  }
  terminal.err(
    `  proposal  ${visibleText(branch)} (${change === 'same' ? 'unchanged' : change}) against ${visibleText(base)}${remote ? ` on ${visibleText(remote.url)}` : ', a local branch'}`,
  );
  terminal.err(`            ${files.map((file) => visibleText(file)).join(', ')}`);
  if (compare) terminal.err(`  compare   ${compare}`);
}

function printTail(terminal: Terminal, log: string | undefined): void {
  const lines = log?.trimEnd().split('\n').slice(-shownLines) ?? [];
  for (const line of lines) terminal.err(`    ${terminal.style('dim', '│')} ${visibleText(line, true)}`);
}
