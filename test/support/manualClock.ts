import type { Clock } from '../../src/engine/ports/clock.ts';

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
  /** Milliseconds until each wait that is under way ends, the nearest first. */
  readonly waits: readonly number[];
  /** Moves time on; waits end in their order, each with all that follows from it before the next. */
  advance(milliseconds: number): Promise<void>;
  /** Lets everything happen that needs no time. */
  settle(): Promise<void>;
}

/** `random` gives the middle of its range unless said otherwise, so that waits can be foretold. */
export function createManualClock(options: { start?: number; random?: () => number } = {}): ManualClock {
  let now = options.start ?? Date.UTC(2030, 0, 1);
  const waits = new Set<{ readonly end: number; resolve(): void }>();

  function nearest(): { readonly end: number; resolve(): void } | undefined {
    return [...waits].sort((a, b) => a.end - b.end)[0];
  }

  async function settle(): Promise<void> {
    for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
  }

  return {
    now: () => now,
    wait(milliseconds, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        const onAbort = (): void => {
          waits.delete(wait);
          reject(signal.reason);
        };
        const wait = {
          end: now + milliseconds,
          resolve: () => {
            waits.delete(wait);
            signal.removeEventListener('abort', onAbort);
            resolve();
          },
        };
        waits.add(wait);
        signal.addEventListener('abort', onAbort, { once: true });
      });
    },
    random: options.random ?? (() => 0.5),
    get waits() {
      return [...waits].map(({ end }) => end - now).sort((a, b) => a - b);
    },
    async advance(milliseconds) {
      const target = now + milliseconds;
      await settle();
      for (let next = nearest(); next && next.end <= target; next = nearest()) {
        now = Math.max(now, next.end);
        next.resolve();
        await settle();
      }
      now = target;
    },
    settle,
  };
}
