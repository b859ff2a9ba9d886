import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Failure } from '../../src/domain/errors/towlineError.ts';
import type { Hold } from '../../src/domain/runs/hold.ts';
import type { RunEvent, RunOutcome, StepResult } from '../../src/domain/runs/runEvent.ts';
import type { StepName } from '../../src/domain/runs/stepName.ts';
import type { BuildOutput, ProposeOutput, PushOutput, TestOutput } from '../../src/domain/runs/stepOutput.ts';
import { patience } from './patience.ts';

/** The program as users run it; `npm run build` makes it. */
export const bundle = process.env.TOWLINE_CLI ?? join(import.meta.dirname, '../../dist/cli/towline.js');

/** Longer than any command here may take, milliseconds; what is left then is killed, which the exit code shows. */
const processLimit = 300_000 * patience;
const waitLimit = 30_000 * patience;

/** Where a command runs. */
export interface CliPlace {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface CliResult {
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** What `--json` printed. */
  readonly events: readonly RunEvent[];
}

/** A command that goes on. */
export interface RunningCli {
  readonly pid: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ended: Promise<CliResult>;
  kill(signal: NodeJS.Signals): void;
}

const started = new Set<ChildProcess>();

/** Runs `towline` in a workspace to its end. Without a terminal, as in CI. */
export function towline(place: CliPlace, ...words: readonly string[]): Promise<CliResult> {
  return startTowline(place, ...words).ended;
}

/** The same for a command that is to be met while it goes on. */
export function startTowline(place: CliPlace, ...words: readonly string[]): RunningCli {
  if (!existsSync(bundle)) throw new Error(`${bundle} is missing: run \`npm run build\` first.`);
  const child = spawn(process.execPath, [bundle, ...words], {
    cwd: place.folder,
    env: place.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const limit = setTimeout(() => child.kill('SIGKILL'), processLimit);
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(limit);
      started.delete(child);
      const events = stdout.split('\n').filter((line) => line.startsWith('{'));
      resolve({
        exitCode: code ?? undefined,
        signal: signal ?? undefined,
        stdout,
        stderr,
        events: words.includes('--json') ? events.map((line) => JSON.parse(line) as RunEvent) : [],
      });
    });
  });
  return {
    pid: child.pid ?? 0,
    get stdout() {
      return stdout;
    },
    get stderr() {
      return stderr;
    },
    ended,
    kill: (signal) => void child.kill(signal),
  };
}

/** Kills what a failed test left running. */
export function endStartedProcesses(): void {
  for (const child of started) child.kill('SIGKILL');
}

/** Looks until there is something, and throws with what was waited for after a generous limit. */
export async function waitUntil<T>(
  what: string,
  look: () => T | false | Promise<T | false>,
  limit = waitLimit,
): Promise<T> {
  const deadline = performance.now() + limit;
  for (;;) {
    const found = await look();
    if (found !== false) return found;
    if (performance.now() > deadline) throw new Error(`Waited in vain until ${what}.`);
    await pause(15);
  }
}

/** Whether a process has ended; one that nobody has collected yet has nothing left to run. */
export function isGone(pid: number | string): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return true;
  }
}

interface Outputs {
  readonly test: TestOutput;
  readonly build: BuildOutput;
  readonly push: PushOutput;
  readonly propose: ProposeOutput;
}

/** Compares the exit code and shows all output where it is another. */
export function assertExit(result: CliResult, expected: number): void {
  const { exitCode, signal, stdout, stderr } = result;
  assert.equal(
    exitCode ?? signal,
    expected,
    `exit ${exitCode ?? signal}, not ${expected}:\n${stdout}\n${stderr}`,
  );
}

export function outcomeOf({ events }: CliResult): RunOutcome | undefined {
  return events.find((event) => event.type === 'run-finished')?.outcome;
}

/** `api test passed`, one for each step that ended, in the order of their ends. */
export function stepsOf({ events }: CliResult): readonly string[] {
  return events.flatMap((event) =>
    event.type === 'step-finished' ? `${event.service} ${event.step} ${event.result.outcome}` : [],
  );
}

export function resultOf(result: CliResult, service: string, step: StepName): StepResult {
  const found = result.events.find(
    (event) => event.type === 'step-finished' && event.service === service && event.step === step,
  );
  if (found?.type === 'step-finished') return found.result;
  throw new Error(`${service} has no ${step} step in:\n${result.stdout}${result.stderr}`);
}

/** What a step gave, new or reused. */
export function outputOf<S extends StepName>(result: CliResult, service: string, step: S): Outputs[S] {
  const found = resultOf(result, service, step);
  if (found.outcome === 'passed' || found.outcome === 'reused') return found.output as Outputs[S];
  throw new Error(`${service} ${step} is ${JSON.stringify(found)}`);
}

export function failureOfStep(result: CliResult, service: string, step: StepName): Failure {
  const found = resultOf(result, service, step);
  if (found.outcome === 'failed') return found.failure;
  throw new Error(`${service} ${step} is ${JSON.stringify(found)}`);
}

export function holdOf(result: CliResult, service: string, step: StepName): Hold {
  const found = resultOf(result, service, step);
  if (found.outcome === 'held') return found.hold;
  throw new Error(`${service} ${step} is ${JSON.stringify(found)}`);
}

/** The failure that `--json` prints when a command ends before there is a run. */
export function failureOfCommand(result: CliResult): Failure {
  const found: unknown = result.events.at(-1);
  if (typeof found === 'object' && found !== null && 'failure' in found) return found.failure as Failure;
  throw new Error(`There is no failure in:\n${result.stdout}${result.stderr}`);
}
