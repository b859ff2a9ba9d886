/** Lets a loop sleep until something happened elsewhere; what happened while it was busy counts. */
export interface Wake {
  call(): void;
  /** Resolves when it was called since the last `next` resolved. Not for several at a time. */
  next(): Promise<void>;
}

export function createWake(): Wake {
  let called = Promise.withResolvers<void>();
  return {
    call: () => called.resolve(),
    async next() {
      await called.promise;
      called = Promise.withResolvers();
    },
  };
}
