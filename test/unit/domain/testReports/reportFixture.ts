import { readFileSync } from 'node:fs';
import { readTestReport } from '../../../../src/domain/testReports/readTestReport.ts';
import type { ReportFormat, TestReport } from '../../../../src/domain/testReports/testReport.ts';

/** The folder that stands in the recorded reports. */
export const context = { folder: '/repo/services/api', goImportPath: 'example.com/shop/api' };

const fixtures = new URL('../../../fixtures/testReports/', import.meta.url);

/** A report that a runner wrote. */
export function readFixture(name: string): string {
  return readFileSync(new URL(name, fixtures), 'utf8');
}

/** Counts, then a line for each failure: "name @ file:line:column: first line of its message". */
export function summarizeReport(report: TestReport): string[] {
  const { total, passed, failed, skipped, complete, problems } = report;
  const end = complete ? '' : `, incomplete: ${problems.map((problem) => problem.message).join(' ')}`;
  return [
    `${total} = ${passed} passed + ${failed} failed + ${skipped} skipped${end}`,
    ...report.failures.map(({ name, message, file, line, column }) => {
      const place = [file ?? '?', line, column].filter((part) => part !== undefined).join(':');
      return `${name} @ ${place}: ${message.split('\n')[0]}`;
    }),
  ];
}

export function summarize(format: ReportFormat, text: string): string[] {
  return summarizeReport(readTestReport(format, text, context));
}
