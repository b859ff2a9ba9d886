import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';
import { readSkipReason } from './skipTest.ts';

/** What one suite came to; written as JSON to the file that the reporter option `output` names. */
export interface SuiteCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly { readonly test: string; readonly reason: string | undefined }[];
}

/** Mocha's own `spec` output, and the counts in a file for the line over all suites. */
export class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const output: unknown = options.reporterOptions?.output;
    const skipped: { test: string; reason: string | undefined }[] = [];
    runner.on('pending', (test) => skipped.push({ test: test.fullTitle(), reason: readSkipReason(test) }));
    runner.once('end', () => {
      const counts: SuiteCounts = { passed: this.stats.passes, failed: this.stats.failures, skipped };
      if (typeof output === 'string') writeFileSync(output, JSON.stringify(counts));
    });
  }
}

// Mocha loads a reporter with `require`, which then gives this class itself.
export { CountingReporter as 'module.exports' };
