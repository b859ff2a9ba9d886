import type { Failure } from '../../domain/errors/towlineError.ts';

/** What a feed does after something went wrong. */
export interface Recovery {
  readonly state: 'stale' | 'denied';
  /** `again` goes on from the last version seen, `relist` reads the list anew. */
  readonly next: 'again' | 'relist';
  /** `slow` where only a person can help; `poll` where the list may be read but not watched. */
  readonly pace: 'backoff' | 'slow' | 'poll';
  /** Milliseconds the server asked for, at least. */
  readonly atLeast: number;
}

/** Even a server that asks for more is asked again after this long, milliseconds. */
const longestRetryAfter = 600_000;

export function recoveryFrom({ code, retryAfter = 0 }: Failure, phase: 'list' | 'watch'): Recovery {
  switch (code) {
    case 'cluster-forbidden':
      if (phase === 'watch') return { state: 'stale', next: 'relist', pace: 'poll', atLeast: 0 };
      return { state: 'denied', next: 'relist', pace: 'slow', atLeast: 0 };
    case 'object-missing':
      // Lists of no objects are empty; the kind itself is not served, until somebody installs it.
      return { state: 'denied', next: 'relist', pace: 'slow', atLeast: 0 };
    case 'cluster-unauthorized':
    case 'credential-plugin-failed':
      return { state: 'denied', next: 'again', pace: 'slow', atLeast: 0 };
    case 'cluster-busy':
      return {
        state: 'stale',
        next: 'again',
        pace: 'backoff',
        atLeast: Math.min(retryAfter * 1000, longestRetryAfter),
      };
    case 'cluster-unreachable':
      return { state: 'stale', next: 'again', pace: 'backoff', atLeast: 0 };
    default:
      // The version is gone, or the server's trouble may lie with it: a fresh list depends on nothing.
      return { state: 'stale', next: 'relist', pace: 'backoff', atLeast: 0 };
  }
}
