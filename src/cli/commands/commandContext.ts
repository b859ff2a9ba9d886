import type { Engine } from '../../engine/createEngine.ts';
import type { Terminal } from '../terminal.ts';

/** What every command gets. */
export interface CommandContext {
  readonly engine: Engine;
  readonly terminal: Terminal;
  /** Absolute path the command works in. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** A command's way to say how it ended; the process's exit code. */
export type ExitCode = number;
