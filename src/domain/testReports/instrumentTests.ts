import type { ReportSource } from './reportSource.ts';
import { expandCommand, type Scripts, type SimpleCommand } from './runners/expandCommand.ts';
import { identifyRunner, type RunnerCall } from './runners/identifyRunner.ts';
import { instrumentRunner } from './runners/instrumentRunner.ts';
import type { TestRunner } from './testRunner.ts';

/** What is known about where a test command runs. */
export interface TestCommandFacts {
  /** The package.json in the command's folder. */
  readonly packageJson?: { readonly scripts: Scripts };
  /** The environment the command would get without instrumentation; only what has to be kept is read. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export type TestCommand = readonly [string, ...string[]];

export interface InstrumentedTests {
  /** The user's command, at most with options for a reporter added. */
  readonly command: TestCommand;
  /** Variables to set on top of the environment in the facts. */
  readonly environment: Readonly<Record<string, string>>;
  /** Absent when the exit code is all there is. */
  readonly report?: ReportSource;
  readonly runner: TestRunner | undefined;
}

/**
 * Makes a known runner write a report beside its usual output. The meaning of the command stays: its exit code, the
 * tests it runs and what it prints. Where that cannot be promised, nothing is changed.
 *
 * @param reportFile Absolute path for the report. Its folder must exist, for node:test fails without, and the file
 *   must not, so that one of an earlier run is never read.
 */
export function instrumentTests(
  command: TestCommand,
  facts: TestCommandFacts,
  reportFile: string,
): InstrumentedTests {
  const calls = expandCommand(command, facts.packageJson?.scripts ?? {}).flatMap((simple) => {
    const call = identifyRunner(simple.words);
    return call === undefined ? [] : [{ call, simple }];
  });
  const [only, ...others] = calls;
  // Two runners would write to the same file, and its counts would be those of one.
  if (only === undefined || others.length > 0) return { command, environment: {}, runner: undefined };
  const added = instrumentRunner(only.call, only.simple.reach.kind, reportFile, facts.environment ?? {});
  const { report, environment = {}, words = [] } = added;
  return {
    command: words.length === 0 ? command : addWords(command, words, only.simple, only.call),
    environment,
    ...(report === undefined ? {} : { report }),
    runner: only.call.runner,
  };
}

function addWords(
  command: TestCommand,
  words: readonly string[],
  simple: SimpleCommand,
  call: RunnerCall,
): TestCommand {
  if (simple.reach.kind === 'append') return [...command, ...simple.reach.separator, ...words];
  if (call.runner !== 'go') return [...command, ...words];
  // Flags of go test stand before the packages, and -C before all others.
  const [first, ...rest] = command;
  const changesFolder = call.words[2]?.startsWith('-C') === true;
  const at = call.start + 1 + (changesFolder ? (call.words[2] === '-C' ? 2 : 1) : 0);
  return [first, ...rest.slice(0, at), ...words, ...rest.slice(at)];
}
