import { optionValues } from './commandWords.ts';
import type { Instrumentation, RunnerSituation } from './instrumentation.ts';

/**
 * jest writes its own JSON beside the reporters, which print on standard error anyway
 * (https://jestjs.io/docs/cli#--json). It has no variable for that.
 */
export function instrumentJest({ words, reach, reportFile }: RunnerSituation): Instrumentation {
  const file = optionValues(words, '--outputFile')[0];
  if (words.includes('--json')) {
    if (file === undefined) return { report: { from: 'stdout', format: 'jest-json' } };
    return { report: { from: 'file', file, format: 'jest-json' } };
  }
  if (reach === 'none' || file !== undefined || words.includes('--')) return {};
  return {
    words: ['--json', `--outputFile=${reportFile}`],
    report: { from: 'file', file: reportFile, format: 'jest-json' },
  };
}
