import type { ReportFormat } from './testReport.ts';

/** Where the report of a run of tests is found when the command has ended. */
export type ReportSource =
  /** Absolute, or relative to the command's folder where the user's own options name the file. */
  | { readonly from: 'file'; readonly file: string; readonly format: ReportFormat }
  /**
   * Files the runner writes anyway, as glob patterns relative to the command's folder. Files of earlier runs may lie
   * among them: only those changed since the command started count.
   */
  | { readonly from: 'files'; readonly patterns: readonly string[]; readonly format: ReportFormat }
  /** The command's own output. */
  | { readonly from: 'stdout' | 'stderr'; readonly format: Exclude<ReportFormat, 'go-json'> }
  /** Events that `formatGoTestLine` turns back into the text the user expects; `verbose` is for it. */
  | { readonly from: 'stdout'; readonly format: 'go-json'; readonly verbose: boolean };
