import { type LocationHint, locateFailure } from './failureLocation.ts';
import { cleanText, plainText } from './failureText.ts';
import { projectPath } from './projectPath.ts';
import type { ReportContext, TestFailure } from './testReport.ts';

interface FailureDetails {
  /** Suites from the outermost, then the test; empty parts are left out. */
  readonly names: readonly string[];
  readonly message: string;
  /** Whatever text may hold stack frames. */
  readonly stack: string;
  readonly hint?: LocationHint;
  /** Line in the hint's file, for want of a frame. */
  readonly line?: number;
  readonly column?: number;
}

/** A failure as a report tells it: cleaned, and located as exactly as its stack allows. */
export function createTestFailure(details: FailureDetails, context: ReportContext): TestFailure {
  const { hint = {}, line, column } = details;
  const names = details.names.map((name) => readableName(name, context)).filter((name) => name !== '');
  const failure = {
    name: names.join(' > '),
    message: cleanText(details.message),
  };
  const location = locateFailure(plainText(details.stack.slice(0, 100_000)), context.folder, hint);
  if (location !== undefined) return { ...failure, ...location };
  const file = hint.file === undefined ? undefined : projectPath(hint.file, context.folder);
  if (file === undefined) return failure;
  return {
    ...failure,
    file,
    ...(line === undefined ? {} : { line }),
    ...(line === undefined || column === undefined ? {} : { column }),
  };
}

/** A file that does not load is named by its path. */
function readableName(text: string, context: ReportContext): string {
  const name = cleanText(text).trim();
  return name.startsWith(context.folder) ? (projectPath(name, context.folder) ?? name) : name;
}
