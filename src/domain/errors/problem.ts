/** Where something stands in a text file; lines and columns count from 1, columns in UTF-16 units. */
export interface SourcePosition {
  /** POSIX path relative to the repository root, or an absolute path outside it. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * What pure code returns instead of throwing: one fact about the input that the user should know.
 * An `error` makes the input unusable, a `warning` does not.
 */
export interface Problem {
  readonly severity: 'error' | 'warning';
  /** One sentence, naming the offending value and what is allowed instead. */
  readonly message: string;
  readonly at?: SourcePosition;
  /** What to do about it, where that is not plain from the message. */
  readonly next?: string;
}
