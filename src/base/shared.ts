import { untilAborted } from './untilAborted.ts';

/** Work that is done once for all who ask for it. */
export interface Shared<T> {
  get(signal: AbortSignal): Promise<T>;
}

/** The work runs with the signal of who asked first; it begins anew after a failure, and where only that one gave up. */
export function createShared<T>(work: (signal: AbortSignal) => Promise<T>): Shared<T> {
  let current: { readonly result: Promise<T>; readonly signal: AbortSignal } | undefined;

  function begin(signal: AbortSignal): NonNullable<typeof current> {
    const begun = {
      signal,
      result: work(signal).catch((error: unknown) => {
        if (current === begun) current = undefined;
        throw error;
      }),
    };
    return begun;
  }

  return {
    async get(signal) {
      for (;;) {
        signal.throwIfAborted();
        current ??= begin(signal);
        const mine = current;
        try {
          return await untilAborted(mine.result, signal);
        } catch (error) {
          if (signal.aborted || !mine.signal.aborted) throw error;
        }
      }
    },
  };
}
