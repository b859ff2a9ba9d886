import { optionValues } from './commandWords.ts';
import type { Instrumentation, RunnerSituation } from './instrumentation.ts';

/** go test has only one output; as JSON it holds the text, which `formatGoTestLine` gives back. */
export function instrumentGo({ words, reach }: RunnerSituation): Instrumentation {
  const verbose = words.some((word) => /^--?v(?:=true)?$/.test(word));
  const report = { from: 'stdout', format: 'go-json', verbose } as const;
  if (words.includes('-json') || words.includes('--json')) return { report };
  return reach === 'direct' ? { words: ['-json'], report } : {};
}

/** gotestsum takes its file from GOTESTSUM_JUNITFILE too (https://github.com/gotestyourself/gotestsum#junit-xml-output). */
export function instrumentGotestsum({ words, reportFile, environment }: RunnerSituation): Instrumentation {
  const file = optionValues(words, '--junitfile')[0] ?? environment.GOTESTSUM_JUNITFILE;
  if (file !== undefined) return { report: { from: 'file', file, format: 'junit' } };
  return {
    environment: { GOTESTSUM_JUNITFILE: reportFile },
    report: { from: 'file', file: reportFile, format: 'junit' },
  };
}
