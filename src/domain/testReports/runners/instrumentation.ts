import type { ReportSource } from '../reportSource.ts';
import type { Reach } from './expandCommand.ts';

/** What has to be added for a report to be there. */
export interface Instrumentation {
  readonly words?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly report?: ReportSource;
}

/** Everything a runner's rule may look at. */
export interface RunnerSituation {
  /** The runner and its arguments. */
  readonly words: readonly string[];
  readonly reach: Reach['kind'];
  readonly reportFile: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}
