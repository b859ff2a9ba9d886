export type OutputStream = 'stdout' | 'stderr';

export interface ProcessRequest {
  readonly command: readonly [string, ...string[]];
  /** Absolute path. */
  readonly folder: string;
  /** The whole environment of the child; nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** Given to the child as `TOWLINE_RUN`, so that `endMarked` finds it and all it starts when we were killed first. */
  readonly mark?: string;
  /** Decoded as UTF-8, in the order it arrives. */
  readonly onOutput: (text: string, stream: OutputStream) => void;
}

export interface ProcessResult {
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
}

/** Programs of this machine, always argument arrays, never a shell. */
export interface Processes {
  /** Environment of this process. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /**
   * Runs to the end. On abort the child and all its descendants are ended (asked, then killed) before the
   * promise rejects with the signal's reason; what the program leaves behind at its own end is ended too, after
   * a second. Only processes that start a session of their own (`setsid`) escape. Throws `command-not-found`
   * naming the program and PATH, the missing folder, or the missing permission.
   */
  run(request: ProcessRequest, signal: AbortSignal): Promise<ProcessResult>;
  /** Starts a program that outlives this process; output goes to `logFile`. */
  startDetached(request: {
    readonly command: readonly [string, ...string[]];
    readonly folder: string;
    readonly logFile: string;
  }): Promise<{ readonly pid: number }>;
  /**
   * Ends this user's processes that carry a mark, whoever their parent is now; gives their commands. Finds none on
   * systems that do not tell a process's environment (all but Linux).
   */
  endMarked(mark: string): Promise<readonly string[]>;
  /** Ends a process this machine runs; missing is fine. */
  end(pid: number): Promise<void>;
  isAlive(pid: number): boolean;
  /** This very process, among all of all machines and for all time, as text that can be kept. */
  identify(): string;
  /** Of what `identify` gave, here or elsewhere: processes of other machines cannot be seen. */
  standingOf(identity: string): 'running' | 'gone' | 'elsewhere';
  /** Absolute path of a program on PATH (PATHEXT on Windows), or undefined. */
  find(program: string): string | undefined;
}
