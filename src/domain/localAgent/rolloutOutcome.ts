/** `timed-out`: not healthy in the time that was given, and nothing says that it never will be. */
export type RolloutOutcome = 'healthy' | 'failed' | 'timed-out';
