import { plainText } from './failureText.ts';
import { readCargo } from './readers/readCargo.ts';
import { readGo } from './readers/readGo.ts';
import { readJest } from './readers/readJest.ts';
import { readJUnit } from './readers/readJUnit.ts';
import { readMocha } from './readers/readMocha.ts';
import { readTap } from './readers/readTap.ts';
import { readUnittest } from './readers/readUnittest.ts';
import type { ReportContext, ReportFormat, TestReport } from './testReport.ts';

/** Characters that are read of a report; the rest is left out, which makes the report incomplete. */
const longestReport = 64 * 1024 * 1024;

const readers: Readonly<Record<ReportFormat, (text: string, context: ReportContext) => TestReport>> = {
  junit: readJUnit,
  'jest-json': readJest,
  tap: (text, context) => readTap(plainText(text), context),
  'go-json': readGo,
  mocha: (text, context) => readMocha(plainText(text), context),
  unittest: (text, context) => readUnittest(plainText(text), context),
  cargo: (text, context) => readCargo(plainText(text), context),
};

/**
 * Reads a report, or the output of a runner, into counts and failures. Never fails: what cannot be read makes the
 * report incomplete and is said in its problems.
 */
export function readTestReport(format: ReportFormat, text: string, context: ReportContext): TestReport {
  const report = readers[format](text.slice(0, longestReport).replace(/^\ufeff/, ''), context);
  if (text.length <= longestReport) return report;
  const message = `Only the first ${longestReport / 1024 / 1024} MiB of the test report were read.`;
  return { ...report, complete: false, problems: [...report.problems, { severity: 'warning', message }] };
}
