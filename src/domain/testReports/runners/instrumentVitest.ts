import { optionValues } from './commandWords.ts';
import type { Instrumentation, RunnerSituation } from './instrumentation.ts';

/**
 * Adds the junit reporter to those of the command line, or to the default one
 * (https://vitest.dev/guide/reporters). Reporters that only a configuration file names are replaced by these.
 */
export function instrumentVitest({ words, reach, reportFile }: RunnerSituation): Instrumentation {
  const reporters = optionValues(words, '--reporter', '--reporters');
  const files = words.filter((word) => word.startsWith('--outputFile'));
  if (reporters.includes('junit')) {
    const file = optionValues(words, '--outputFile.junit', '--outputFile')[0];
    if (file !== undefined) return { report: { from: 'file', file, format: 'junit' } };
    return reporters.length === 1 ? { report: { from: 'stdout', format: 'junit' } } : {};
  }
  // One file for all reporters leaves no room for another.
  if (reach === 'none' || words.includes('--') || files.some((word) => !word.startsWith('--outputFile.')))
    return {};
  const shown = reporters.length === 0 ? ['--reporter=default'] : [];
  return {
    words: [...shown, '--reporter=junit', `--outputFile.junit=${reportFile}`],
    report: { from: 'file', file: reportFile, format: 'junit' },
  };
}
