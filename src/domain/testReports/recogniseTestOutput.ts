import { plainText } from './failureText.ts';
import type { ReportFormat } from './testReport.ts';

/** Lines that no other program prints by chance; all of a row must be there. */
const marks: readonly (readonly [ReportFormat, ...RegExp[]])[] = [
  ['go-json', /^\{"Time":"[^"]*","Action":"(?:start|run|output)"/m],
  ['tap', /^1\.\.\d+(?:$| #)/m, /^(?:not )?ok \d+\b/m],
  ['mocha', /^ {2}\d+ passing \(\d+\w+\)/m],
  ['unittest', /^-{70}\nRan \d+ tests? in [\d.]+s/m],
  ['cargo', /^test result: (?:ok|FAILED)\. \d+ passed; /m],
];

/**
 * Says in which format a command reported its tests on its plain output, for `readTestReport`; nothing when it is
 * none that is known. For commands that `instrumentTests` has no report for.
 */
export function recogniseTestOutput(output: string): ReportFormat | undefined {
  const text = plainText(output);
  return marks.find(([, ...lines]) => lines.every((line) => line.test(text)))?.[0];
}
