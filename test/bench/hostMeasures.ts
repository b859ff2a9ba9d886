/** What one extension host is to measure. */
export interface HostTask {
  readonly kind: 'activation' | 'loading' | 'streaming' | 'manyRuns' | 'cluster';
  /** File for the `HostMeasures`. */
  readonly report: string;
  /** The repository that the window has open. */
  readonly folder: string;
  /** Ids in the order in which they are activated. */
  readonly extensions: readonly string[];
  /** Lines that the service's test writes. */
  readonly lines: number;
  /** Runs that are shown. */
  readonly runs: number;
  /** File that the host makes when the view of the cluster is open; once it is gone, nothing changes there any more. */
  readonly changing?: string;
}

/** Code that an action loaded. */
export interface Loaded {
  readonly files: number;
  readonly bytes: number;
}

/** How long the extension host's event loop was kept from its next turn, milliseconds; a turn of its own takes one. */
export interface LoopDelay {
  readonly longest: number;
  readonly p99: number;
  /** The most processor time of the host's thread from one turn to the next; absent where Node.js does not tell. */
  readonly longestWork?: number;
  /** Length of what was measured. */
  readonly seconds: number;
}

/** What one extension host measured: the part its task asked for. */
export interface HostMeasures {
  readonly activation?: Readonly<Record<string, number>>;
  readonly loading?: Readonly<Record<string, Loaded>>;
  readonly streaming?: Readonly<Record<string, LoopDelay>>;
  readonly manyRuns?: Readonly<Record<string, LoopDelay>>;
  readonly cluster?: Readonly<Record<string, LoopDelay>>;
}
