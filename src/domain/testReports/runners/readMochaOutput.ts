import { optionValues } from './commandWords.ts';
import type { Instrumentation, RunnerSituation } from './instrumentation.ts';

/**
 * mocha has one reporter per run, so another one would take the place of what the user reads. The summary of those
 * made for people has everything; nothing is added.
 */
export function readMochaOutput({ words }: RunnerSituation): Instrumentation {
  const reporter = optionValues(words, '--reporter', '-R').at(-1);
  const options = optionValues(words, '--reporter-option', '--reporter-options', '-O').join(',').split(',');
  const file = options.find((option) => option.startsWith('output='))?.slice('output='.length);
  if (reporter === 'xunit') {
    if (file !== undefined) return { report: { from: 'file', file, format: 'junit' } };
    return { report: { from: 'stdout', format: 'junit' } };
  }
  if (reporter === 'tap') return { report: { from: 'stdout', format: 'tap' } };
  return { report: { from: 'stdout', format: 'mocha' } };
}
