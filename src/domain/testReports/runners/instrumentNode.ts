import { optionValues } from './commandWords.ts';
import type { Instrumentation, RunnerSituation } from './instrumentation.ts';

/**
 * Adds the junit reporter through NODE_OPTIONS, which also reaches a runner behind npm. Options given there come
 * before those of the command line, and each reporter takes the destination at its own place in the row
 * (https://nodejs.org/api/test.html#test-reporters; seen with Node.js 20 and 24).
 */
export function instrumentNode({ words, reportFile, environment }: RunnerSituation): Instrumentation {
  const kept = environment.NODE_OPTIONS ?? '';
  // Two rows of reporters in the variable itself cannot be told apart by place.
  if (kept.includes('--test-reporter')) return {};
  const reporters = optionValues(words, '--test-reporter').length;
  const destinations = optionValues(words, '--test-reporter-destination').length;
  const own = ['--test-reporter=junit', `--test-reporter-destination=${reportFile}`];
  // Without any, spec is what Node.js prints, except for versions before 23 outside a terminal.
  if (reporters === 0 && destinations === 0)
    own.push('--test-reporter=spec', '--test-reporter-destination=stdout');
  // One reporter alone goes to standard output, but only while it is alone.
  else if (reporters === 1 && destinations === 0) own.push('--test-reporter-destination=stdout');
  else if (reporters !== destinations) return {};
  const options = [kept, ...own.map(quote)].filter((part) => part !== '').join(' ');
  return {
    environment: { NODE_OPTIONS: options },
    report: { from: 'file', file: reportFile, format: 'junit' },
  };
}

/** NODE_OPTIONS knows double quotes, and the backslash within them (https://nodejs.org/api/cli.html#node_optionsoptions). */
function quote(option: string): string {
  return /[ "\\]/.test(option) ? `"${option.replace(/["\\]/g, '\\$&')}"` : option;
}
