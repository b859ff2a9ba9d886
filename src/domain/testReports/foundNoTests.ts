import { plainText } from './failureText.ts';
import type { TestReport } from './testReport.ts';
import type { TestRunner } from './testRunner.ts';

/** What runners and package managers print when there is nothing to run, each on a line of its own. */
const messages: readonly RegExp[] = [
  /^No test files found/m, // vitest
  /^No tests found, exiting with code/m, // jest
  /^(?: Exception during run: )?Error: No test files found/m, // mocha
  /^=* ?(?:no tests ran|collected 0 items)/m, // pytest
  /^NO TESTS RAN/m, // unittest since Python 3.12
  /^Could not find '.+'$/m, // node:test, for patterns up to version 22
  /^go: warning: "[^"]*" matched no packages$/m,
  /^(?:\[\w+\] )?No tests (?:to run|were executed)/m, // Surefire
  /^Error: no test specified$/m, // what npm init puts into scripts.test
  /^npm (?:ERR!|error) Missing script: "?test"?/m,
  / Couldn't find a script named "test"|^error Command "test" not found\./m, // Yarn
  /ERR_PNPM_NO_SCRIPT/,
];

const exitCodes: Partial<Readonly<Record<TestRunner, number>>> = { pytest: 5, unittest: 5 };

/**
 * Whether a command ended without having run a test, which is neither success nor failure. A complete report without
 * tests says so only if the command succeeded: one that failed may have broken before the first test.
 *
 * @param exitCode Absent when a signal ended the command.
 * @param outputTail The last lines of standard output and error.
 */
export function foundNoTests(
  runner: TestRunner | undefined,
  exitCode: number | undefined,
  report: TestReport | undefined,
  outputTail: string,
): boolean {
  if (exitCode === undefined || (report !== undefined && report.total > 0)) return false;
  if (runner !== undefined && exitCodes[runner] === exitCode) return true;
  if (exitCode === 0 && report?.complete === true) return true;
  return messages.some((message) => message.test(plainText(outputTail)));
}
