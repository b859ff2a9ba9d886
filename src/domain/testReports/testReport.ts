import type { Problem } from '../errors/problem.ts';

/**
 * How a report is written: `mocha`, `unittest` and `cargo` are the text those runners print anyway, the others
 * are made for machines. `junit` covers the dialects of node:test, vitest, jest-junit, mocha, pytest, Surefire,
 * Gradle and gotestsum; `jest-json` is also what vitest's JSON reporter writes.
 */
export type ReportFormat = 'junit' | 'jest-json' | 'tap' | 'go-json' | 'mocha' | 'unittest' | 'cargo';

export interface TestFailure {
  /** Full name, from the outermost suite to the test, joined by " > ". */
  readonly name: string;
  /** The reason without escape sequences and, where it could be told apart, without stack; at most 4,000 characters. */
  readonly message: string;
  /**
   * Relative to the folder the tests ran in, with forward slashes. For Java and Kotlin it is the conventional
   * source folder, so the file may not exist.
   */
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;
}

/** What a run of tests said. The exit code of the command decides whether it passed; this explains it. */
export interface TestReport {
  /** Tests without subtests of their own; equals passed + failed + skipped. */
  readonly total: number;
  readonly passed: number;
  /** Also counts what failed outside a test: a file that does not load, a hook, a package that does not build. */
  readonly failed: number;
  /** Skipped, to do, or expected to fail. */
  readonly skipped: number;
  /** In the order of the report, at most 500. */
  readonly failures: readonly TestFailure[];
  /** False when the report stops before its end or could not be read: the counts are then a lower bound. */
  readonly complete: boolean;
  readonly problems: readonly Problem[];
}

/** Where the tests ran; what names in a report are relative to. */
export interface ReportContext {
  /** Absolute real path of the folder the command ran in, as the runner saw it; POSIX or Windows. */
  readonly folder: string;
  /** Go's import path of that folder: the module in go.mod and the path from there to the folder. */
  readonly goImportPath?: string;
}

/** One outcome, before it is counted. */
export interface TestResult {
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly failure?: TestFailure;
}

const maximumFailures = 500;

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A report from counts and failures; `problem` says why it is not complete. */
export function createTestReport(
  counts: Counts,
  failures: readonly TestFailure[],
  problem?: string,
): TestReport {
  const problems: Problem[] = [];
  if (problem !== undefined) problems.push({ severity: 'warning', message: problem });
  if (failures.length > maximumFailures) {
    problems.push({
      severity: 'warning',
      message: `Only the first ${maximumFailures} of ${failures.length} failures are listed.`,
    });
  }
  return {
    total: counts.passed + counts.failed + counts.skipped,
    passed: counts.passed,
    failed: counts.failed,
    skipped: counts.skipped,
    failures: failures.slice(0, maximumFailures),
    complete: problem === undefined,
    problems,
  };
}

/** Counts results into a report; `problem` says why it is not complete. */
export function countResults(results: readonly TestResult[], problem?: string): TestReport {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const failures: TestFailure[] = [];
  for (const result of results) {
    counts[result.outcome]++;
    if (result.failure !== undefined) failures.push(result.failure);
  }
  return createTestReport(counts, failures, problem);
}

/** One report of several files or runs of the same command, in the order given. */
export function mergeTestReports(reports: readonly TestReport[]): TestReport {
  const sum = (pick: (report: TestReport) => number) =>
    reports.reduce((total, report) => total + pick(report), 0);
  const counts = {
    passed: sum((report) => report.passed),
    failed: sum((report) => report.failed),
    skipped: sum((report) => report.skipped),
  };
  const merged = createTestReport(
    counts,
    reports.flatMap((report) => report.failures),
  );
  return {
    ...merged,
    complete: reports.every((report) => report.complete),
    problems: [...reports.flatMap((report) => report.problems), ...merged.problems],
  };
}
