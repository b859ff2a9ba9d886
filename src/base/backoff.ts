/** Growing waits between tries; times in milliseconds. */
export interface BackoffPolicy {
  readonly first: number;
  readonly most: number;
  readonly factor: number;
  /** After this long without being asked for a wait, the next one is the first again. */
  readonly resetAfter: number;
}

export interface Backoff {
  /** How long to wait before the next try: the step's length and up to as much again, as chance has it. */
  next(): number;
  /** The next wait is the first again. */
  reset(): void;
}

export function createBackoff(policy: BackoffPolicy, now: () => number, random: () => number): Backoff {
  let step = policy.first;
  let asked = Number.NEGATIVE_INFINITY;
  return {
    next() {
      if (now() - asked > policy.resetAfter) step = policy.first;
      asked = now();
      const wait = step * (1 + random());
      step = Math.min(step * policy.factor, policy.most);
      return wait;
    },
    reset() {
      step = policy.first;
    },
  };
}
