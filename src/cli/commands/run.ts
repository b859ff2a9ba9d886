import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { RunRequest } from '../../domain/runs/runEvent.ts';
import type { StartOptions } from '../../engine/runs/startRun.ts';
import { nameAnEnvironment } from '../../engine/workspace/chooseEnvironment.ts';
import type { OpenWorkspace } from '../../engine/workspace/openWorkspace.ts';
import { exitCodes } from '../exitCodes.ts';
import { createJsonProgress } from '../print/jsonProgress.ts';
import { createPlainProgress } from '../print/plainProgress.ts';
import { describeProblem } from '../print/printFailure.ts';
import { printSummary } from '../print/printSummary.ts';
import type { Progress } from '../print/progress.ts';
import { ask, type Terminal } from '../terminal.ts';
import type { CommandContext, ExitCode } from './commandContext.ts';

export interface RunOptions {
  readonly env?: string;
  /** False with `--no-propose`. */
  readonly propose: boolean;
  readonly json?: boolean;
  readonly anyway?: boolean;
  /** Show what would be done and do nothing. */
  readonly plan?: boolean;
  /** True without a number: the newest run. */
  readonly resume?: string | true;
}

/** `towline run`: the pipeline for services × environment, shown while it goes on. */
export async function run(
  context: CommandContext,
  services: readonly string[],
  options: RunOptions,
  progressReady: (progress: Progress) => void,
): Promise<ExitCode> {
  const done = new AbortController();
  try {
    return await runOpened(context, services, options, progressReady, done.signal);
  } finally {
    done.abort();
  }
}

async function runOpened(
  context: CommandContext,
  services: readonly string[],
  options: RunOptions,
  progressReady: (progress: Progress) => void,
  done: AbortSignal,
): Promise<ExitCode> {
  const { engine, terminal, folder, signal } = context;
  const proposes = options.propose && !options.plan && options.resume === undefined;
  const expected = { environment: options.env, signal: AbortSignal.any([signal, done]) };
  const opened = await engine.open(folder, signal, proposes ? expected : undefined);
  for (const problem of opened.workspace.problems) {
    if (problem.severity === 'warning' && !options.json)
      terminal.err(terminal.style('dim', describeProblem(problem)));
  }
  if (opened.workspace.services.length === 0) {
    terminal.err('No services were found here: Towline looks for a Dockerfile or Containerfile.');
    terminal.err('→ Add one, or name services in towline.yaml; `towline doctor` shows what was found.');
    return exitCodes.usage;
  }
  const start =
    options.resume === undefined
      ? await freshStart(context, opened, services, options)
      : await resumedStart(context, opened, options);
  if (options.plan) {
    const forecast = await engine.forecast(opened, start.request, signal);
    const { printForecast } = await import('../print/printForecast.ts');
    printForecast(terminal, forecast, options.json === true);
    return exitCodes.passed;
  }
  const progress = await chooseProgress(terminal, options);
  progressReady(progress);
  try {
    const state = await engine.run(opened, { ...start, onEvent: progress.show }, signal);
    progress.end();
    if (!options.json)
      await printSummary(
        terminal,
        state,
        async (log) => (await engine.readLog(opened, state.run, log, 0))?.text,
      );
    return exitCodes[state.outcome ?? 'failed'];
  } catch (error) {
    progress.end();
    throw error;
  }
}

async function freshStart(
  context: CommandContext,
  opened: OpenWorkspace,
  services: readonly string[],
  options: RunOptions,
): Promise<StartOptions> {
  const environment = options.propose ? await chooseEnvironment(context, opened, options) : undefined;
  const request: RunRequest = {
    services,
    environment,
    until: environment === undefined ? 'push' : 'propose',
    anyway: options.anyway ?? false,
  };
  return { request };
}

async function resumedStart(
  { engine }: CommandContext,
  opened: OpenWorkspace,
  options: RunOptions,
): Promise<StartOptions> {
  const number = options.resume === true ? engine.listRuns(opened).at(-1) : Number(options.resume);
  const kept = number === undefined ? undefined : await engine.readRun(opened, number);
  if (!kept || number === undefined)
    throw new TowlineError('run-not-found', {
      why: `There is no run ${options.resume === true ? '' : options.resume} to resume.`,
    });
  if (kept.standing === 'running')
    throw new TowlineError('run-not-owned', {
      why: `Run ${number} still goes on.`,
      next: `Follow it with \`towline logs ${number}\`, or cancel it first.`,
    });
  if (options.resume === true && kept.state.outcome === 'passed')
    throw new TowlineError('nothing-to-resume', { why: `The newest run, ${number}, passed.` });
  return { request: { ...kept.state.request, anyway: options.anyway ?? false }, resumes: number };
}

/** The one environment there is, the one named, or the answer of somebody at the terminal. */
async function chooseEnvironment(
  { terminal, signal }: CommandContext,
  { workspace }: OpenWorkspace,
  options: RunOptions,
): Promise<string | undefined> {
  if (options.env !== undefined) return options.env;
  const names = workspace.environments.map(({ name }) => name);
  if (names.length === 0) {
    terminal.err('No environment was found, so nothing will be proposed: build and push only.');
    terminal.err(`→ ${nameAnEnvironment}`);
    return undefined;
  }
  if (names.length === 1) return names[0];
  if (!terminal.interactive || options.json)
    throw new TowlineError('environment-ambiguous', { why: `There are ${names.join(', ')}.` });
  return ask(terminal, 'Which environment?', names, signal);
}

async function chooseProgress(terminal: Terminal, options: RunOptions): Promise<Progress> {
  if (options.json) return createJsonProgress(terminal.out);
  if (!terminal.interactive) return createPlainProgress(terminal);
  const { createLiveProgress } = await import('../print/liveProgress.ts');
  return createLiveProgress(terminal, Date.now);
}
