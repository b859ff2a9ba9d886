import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';
import { readSkipReason } from './skipTest.ts';

/** What one suite came to; written as JSON to the file that the reporter option `output` names. */
export interface SuiteCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly { readonly test: string; readonly reason: string | undefined }[];
  /** What the failed ones said, for the end of a long output; empty for what is not mocha's. */
  readonly failures?: readonly { readonly test: string; readonly reason: string }[];
}

/** Mocha's own `spec` output, and the counts in a file for the line over all suites. */
export class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const output: unknown = options.reporterOptions?.output;
    const skipped: { test: string; reason: string | undefined }[] = [];
    runner.on('pending', (test) => skipped.push({ test: test.fullTitle(), reason: readSkipReason(test) }));
    const failures: { test: string; reason: string }[] = [];
    runner.on('fail', (test, error) => failures.push({ test: test.fullTitle(), reason: describe(error) }));
    runner.once('end', () => {
      const { passes: passed, failures: failed } = this.stats;
      const counts: SuiteCounts = { passed, failed, skipped, failures };
      if (typeof output === 'string') writeFileSync(output, JSON.stringify(counts));
    });
  }
}

/** The error's words and the places in tests that it came through. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const places = (error.stack ?? '').split('\n').filter((line) => /^\s+at .*[\\/]test[\\/]/.test(line));
  return [error.message, ...places].join('\n');
}

// Mocha loads a reporter with `require`, which then gives this class itself.
export { CountingReporter as 'module.exports' };
