/** Time, and the chance that spreads waits so that many clients do not come back together. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after so many milliseconds; rejects with the signal's reason as soon as it is aborted. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** From 0 up to 1, without 1. */
  random(): number;
}
