import type { RunOutcome } from '../domain/runs/runEvent.ts';

/** What the process says to scripts; `towline --help` and the README list the same. */
export const exitCodes = {
  /** Everything asked for is done. */
  passed: 0,
  /** A step failed. */
  failed: 1,
  /** The command line or towline.yaml is wrong. */
  usage: 2,
  /** Nothing failed, but something waits for the user: a hold. */
  held: 3,
  /** Cancelled; the shell's own number for SIGINT. */
  cancelled: 130,
} as const satisfies Record<RunOutcome | 'usage', number>;
