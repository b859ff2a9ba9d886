import Mocha from 'mocha';
import { CountingReporter } from './countingReporter.ts';

/** Printed before anything that is the tests' own, so that the runner can tell it from the editor's words. */
export const testsBegin = '::tests-begin';

/**
 * Runs mocha inside the extension host. Counts are written to the file that `TOWLINE_HOST_COUNTS` names: an
 * extension host that dies ends with 0, but without counts.
 *
 * @public called by the module that `bundleHostTests` makes
 * @param load evaluates the test files
 */
export function runInHost(load: () => void): Promise<void> {
  console.log(testsBegin);
  const { TOWLINE_HOST_COUNTS: output, TOWLINE_HOST_GREP: grep } = process.env;
  const mocha = new Mocha({
    ui: 'bdd',
    color: false,
    timeout: 60_000,
    forbidOnly: true,
    reporter: CountingReporter,
    reporterOptions: { output },
    ...(grep ? { grep } : {}),
  });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  load();
  return new Promise((resolve, reject) => {
    mocha.run((failures) => (failures > 0 ? reject(new Error(`${failures} failed`)) : resolve()));
  });
}
