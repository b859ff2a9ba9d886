/** Work that many ask for and that runs once for all who asked since it last began. */
export interface Coalesced {
  ask(): void;
}

/** Work starts when `wait` is over after the first ask; an ask while it waits is part of it. */
export function createCoalesced(wait: () => Promise<void>, work: () => void): Coalesced {
  let waiting = false;
  return {
    ask() {
      if (waiting) return;
      waiting = true;
      wait().then(
        () => {
          waiting = false;
          work();
        },
        // The wait was given up, and with it the work.
        () => undefined,
      );
    },
  };
}
