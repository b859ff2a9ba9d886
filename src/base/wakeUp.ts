/** A sleeper that others wake; a call while nobody sleeps wakes the next sleep at once. */
export interface WakeUp {
  wake(): void;
  /** Resolves when woken, or with `until`; rejects as `until` does. */
  sleep(until: Promise<void>): Promise<void>;
}

export function createWakeUp(): WakeUp {
  let next = Promise.withResolvers<void>();
  return {
    wake: () => next.resolve(),
    async sleep(until) {
      try {
        await Promise.race([next.promise, until]);
      } finally {
        next = Promise.withResolvers<void>();
      }
    },
  };
}
