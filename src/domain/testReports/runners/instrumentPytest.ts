import { optionValues } from './commandWords.ts';
import type { Instrumentation, RunnerSituation } from './instrumentation.ts';
import { splitScript } from './splitScript.ts';

/** Adds --junitxml through PYTEST_ADDOPTS (https://docs.pytest.org/en/stable/reference/reference.html#envvar-PYTEST_ADDOPTS). */
export function instrumentPytest({ words, reportFile, environment }: RunnerSituation): Instrumentation {
  const kept = environment.PYTEST_ADDOPTS ?? '';
  const own = [...splitScript(kept).commands.flat(), ...words];
  const file = optionValues(own, '--junitxml', '--junit-xml').at(-1);
  if (file !== undefined) return { report: { from: 'file', file, format: 'junit' } };
  const options = [kept, quote(`--junitxml=${reportFile}`)].filter((part) => part !== '').join(' ');
  return {
    environment: { PYTEST_ADDOPTS: options },
    report: { from: 'file', file: reportFile, format: 'junit' },
  };
}

/** pytest splits the variable with Python's shlex, in POSIX mode on every platform. */
function quote(option: string): string {
  return `'${option.replaceAll("'", `'"'"'`)}'`;
}
