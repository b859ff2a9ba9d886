import { createTestFailure } from '../testFailure.ts';
import { createTestReport, type ReportContext, type TestFailure, type TestReport } from '../testReport.ts';

const thick = '='.repeat(70);
const thin = '-'.repeat(70);

/** Reads what `python -m unittest` prints on standard error, at any verbosity. */
export function readUnittest(text: string, context: ReportContext): TestReport {
  const lines = text.split(/\r?\n/);
  const failures: TestFailure[] = [];
  /** Subtests share the name of their test, which was run once. */
  const failedTests = new Set<string>();
  /** What failed outside a test and is not among those that ran: setUpClass and its like. */
  let outside = 0;
  lines.forEach((line, index) => {
    const header = lines[index - 1] === thick ? /^(?:FAIL|ERROR): (.*)$/.exec(line)?.[1] : undefined;
    if (header === undefined) return;
    if (/^(?:setUp|tearDown)(?:Class|Module) /.test(header)) outside++;
    else failedTests.add(header.replace(/\) [([].*$/, ')'));
    failures.push(readFailure(header, readBlock(lines, index + 1), context));
  });

  const ran = sumMatches(text, /^Ran (\d+) tests? in /gm);
  if (ran === undefined)
    return createTestReport({ passed: 0, failed: failures.length, skipped: 0 }, failures, early);
  const skipped =
    (sumMatches(text, /^(?:OK|FAILED) \(.*?\bskipped=(\d+)/gm) ?? 0) +
    (sumMatches(text, /^(?:OK|FAILED) \(.*?\bexpected failures=(\d+)/gm) ?? 0);
  const unexpected = sumMatches(text, /^FAILED \(.*?\bunexpected successes=(\d+)/gm) ?? 0;
  const failed = failedTests.size + unexpected;
  const counts = { passed: Math.max(0, ran - failed - skipped), failed: failed + outside, skipped };
  return createTestReport(counts, failures);
}

const early = 'The output of unittest has no summary: the run was probably stopped.';

function sumMatches(text: string, pattern: RegExp): number | undefined {
  const numbers = [...text.matchAll(pattern)].map((match) => Number(match[1]));
  return numbers.length === 0 ? undefined : numbers.reduce((sum, number) => sum + number, 0);
}

/** The traceback below a header and, where the test has one, the first line of its docstring. */
function readBlock(lines: readonly string[], from: number): string[] {
  const start = lines.indexOf(thin, from) + 1;
  if (start === 0) return [];
  let end = start;
  while (end < lines.length && lines[end] !== thick && lines[end] !== thin) end++;
  return lines.slice(start, end);
}

function readFailure(header: string, block: readonly string[], context: ReportContext): TestFailure {
  const [, test = header, owner = '', subtest = ''] = /^(\S+) \(([^)]*)\)(.*)$/.exec(header) ?? [];
  // Since Python 3.11 the part in brackets ends in the test's own name.
  const className = owner.endsWith(`.${test}`) ? owner.slice(0, -test.length - 1) : owner;
  const details = {
    // A module that does not load is run as a test of unittest's own.
    names: [className === 'unittest.loader._FailedTest' ? '' : className, `${test}${subtest}`],
    message: readMessage(block),
    stack: block.join('\n'),
    hint: { className },
  };
  return createTestFailure(details, context);
}

/** What follows the frames: the exception and its message. */
function readMessage(block: readonly string[]): string {
  const traceback = block.lastIndexOf('Traceback (most recent call last):');
  const offset = block.slice(traceback + 1).findIndex((line) => /^\S/.test(line));
  return (offset < 0 ? block : block.slice(traceback + 1 + offset)).join('\n');
}
