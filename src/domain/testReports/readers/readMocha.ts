import { cutStack } from '../failureText.ts';
import { createTestFailure } from '../testFailure.ts';
import {
  createTestReport,
  mergeTestReports,
  type ReportContext,
  type TestFailure,
  type TestReport,
} from '../testReport.ts';

const passing = /^ {2}(\d+) passing \(/m;

/** Reads the summary with which mocha's spec, dot, list, min, nyan, landing and progress reporters end. */
export function readMocha(text: string, context: ReportContext): TestReport {
  const epilogues = text
    .replaceAll('\r\n', '\n')
    .split(/^(?= {2}\d+ passing \()/m)
    .filter((part) => passing.test(part));
  if (epilogues.length === 0) {
    return createTestReport({ passed: 0, failed: 0, skipped: 0 }, [], 'The output of mocha has no summary.');
  }
  return mergeTestReports(epilogues.map((epilogue) => readEpilogue(epilogue, context)));
}

function readEpilogue(text: string, context: ReportContext): TestReport {
  const count = (word: string) => Number(new RegExp(`^ {2}(\\d+) ${word}\\b`, 'm').exec(text)?.[1] ?? 0);
  const counts = { passed: count('passing'), skipped: count('pending'), failed: count('failing') };
  const failures = readFailures(text.split('\n'), counts.failed, context);
  const torn = failures.length < counts.failed ? 'The output of mocha ends within its summary.' : undefined;
  return createTestReport(counts, failures, torn);
}

function readFailures(lines: readonly string[], failed: number, context: ReportContext): TestFailure[] {
  const starts: number[] = [];
  lines.forEach((line, index) => {
    // Only the next number in turn: a message may hold a numbered list.
    if (starts.length < failed && line.startsWith(`  ${starts.length + 1}) `)) starts.push(index);
  });
  return starts.map((start, index) => readFailure(lines.slice(start, starts[index + 1]), context));
}

/** "  1) suite", its nested titles each two columns deeper, then the error five or six columns deep. */
function readFailure(block: readonly string[], context: ReportContext): TestFailure {
  const [first = '', ...rest] = block;
  const titles = [first.replace(/^ {2}\d+\) /, '')];
  for (const line of rest) {
    if (line.length - line.trimStart().length !== 5 + 2 * titles.length) break;
    titles.push(line.trim());
  }
  const body = block
    .slice(titles.length)
    .map((line) => line.replace(/^ {5,6}/, ''))
    .join('\n');
  const names = titles.map((title, index) => (index === titles.length - 1 ? title.replace(/:$/, '') : title));
  // All that a timeout has is the file.
  const file = /\(([^()]+\.[cm]?[jt]sx?)\)$/m.exec(body)?.[1];
  const details = { names, message: cutStack(`\n${body}`), stack: body };
  return createTestFailure(file === undefined ? details : { ...details, hint: { file } }, context);
}
