import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../../engine/ports/clock.ts';

/** The machine's own time. */
export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    async wait(milliseconds, signal) {
      signal.throwIfAborted();
      // Node's own rejection would hide the signal's reason.
      await setTimeout(milliseconds, undefined, { signal }).catch((error: unknown) => {
        signal.throwIfAborted();
        throw error;
      });
    },
    random: () => Math.random(),
  };
}
