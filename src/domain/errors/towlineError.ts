import { type ErrorCode, errorCatalogue } from './errorCatalogue.ts';
import type { Problem, SourcePosition } from './problem.ts';

/** A test that failed, where its report says so. */
export interface FailedTest {
  /** Full name with its suites. */
  readonly name: string;
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/** A failure as a plain value, as it stands in the journal. */
export interface Failure {
  readonly code: ErrorCode;
  /** What happened, one sentence without a full stop. */
  readonly what: string;
  /** Why, with the names and values of this occurrence; may have several lines. */
  readonly why: string;
  /** What the user can do next. */
  readonly next: string;
  readonly at?: SourcePosition;
  readonly problems?: readonly Problem[];
  /** With `tests-failed`, as far as the runner's report tells. */
  readonly failedTests?: readonly FailedTest[];
  /** With `registry-denied`: host and port of the registry to sign in to, `docker.io` for Docker Hub. */
  readonly registry?: string;
  /** With `cluster-busy`: seconds after which the server wants to be asked again. */
  readonly retryAfter?: number;
}

export interface TowlineErrorOptions {
  readonly why: string;
  /** Replaces the catalogue's advice where the occurrence knows better. */
  readonly next?: string;
  readonly at?: SourcePosition;
  readonly problems?: readonly Problem[];
  readonly failedTests?: readonly FailedTest[];
  readonly registry?: string;
  readonly retryAfter?: number;
  readonly cause?: unknown;
}

/** The one error that crosses floors. Decide on `code`; never on the text. */
export class TowlineError extends Error {
  readonly code: ErrorCode;
  readonly failure: Failure;

  constructor(code: ErrorCode, options: TowlineErrorOptions) {
    const entry = errorCatalogue[code];
    super(`${entry.what}: ${options.why}`, { cause: options.cause });
    this.name = 'TowlineError';
    this.code = code;
    this.failure = {
      code,
      what: entry.what,
      why: options.why,
      next: options.next ?? entry.next,
      ...(options.at ? { at: options.at } : {}),
      ...(options.problems ? { problems: options.problems } : {}),
      ...(options.failedTests ? { failedTests: options.failedTests } : {}),
      ...(options.registry === undefined ? {} : { registry: options.registry }),
      ...(options.retryAfter === undefined ? {} : { retryAfter: options.retryAfter }),
    };
  }

  static is(error: unknown, ...codes: readonly ErrorCode[]): error is TowlineError {
    return error instanceof TowlineError && (codes.length === 0 || codes.includes(error.code));
  }
}

/** Any thrown thing as a failure; what is not a TowlineError is a bug of ours and says so. */
export function failureOf(error: unknown): Failure {
  if (error instanceof TowlineError) return error.failure;
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new TowlineError('unexpected', { why, cause: error }).failure;
}
