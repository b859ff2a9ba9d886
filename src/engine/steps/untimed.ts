/**
 * Does something whose length is the user's to choose: it counts neither against the step's time limit, which begins
 * anew after it, nor as one of the steps that may run side by side.
 */
export type Untimed = <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
