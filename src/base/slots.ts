/** Waits for something outside without keeping others from work: the slot is given up and taken again afterwards. */
export type Rest = <T>(wait: () => Promise<T>) => Promise<T>;

/** A limit on how much runs at the same time; work waits its turn in the order asked for. */
export interface Slots {
  /**
   * Rejects with the signal's reason when aborted while waiting; `work` then never starts. The work may rest, one
   * time after the other.
   */
  run<T>(work: (rest: Rest) => Promise<T>, signal: AbortSignal): Promise<T>;
}

export function createSlots(count: number): Slots {
  let free = Math.max(1, count);
  const waiting: (() => void)[] = [];
  const release = (): void => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  const acquire = async (signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    if (free > 0) {
      free -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const turn = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        waiting.splice(waiting.indexOf(turn), 1);
        reject(signal.reason);
      };
      waiting.push(turn);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  };
  return {
    async run(work, signal) {
      await acquire(signal);
      let held = true;
      const rest: Rest = async (wait) => {
        held = false;
        release();
        try {
          return await wait();
        } finally {
          await acquire(signal);
          held = true;
        }
      };
      try {
        return await work(rest);
      } finally {
        if (held) release();
      }
    },
  };
}
