import type { Failure } from '../../domain/errors/towlineError.ts';

/** How far what a feed holds can be trusted. Times are milliseconds since the epoch. */
export type FeedState =
  /** The first list is under way; what is held is a part of it. */
  | { readonly kind: 'loading'; readonly since: number }
  /** What is held is what the cluster has, as far as its API server tells in time. */
  | { readonly kind: 'live'; readonly since: number }
  /**
   * What is held was true at `since` and may have changed: the cluster does not answer, asks to wait, or its answers
   * cannot be read. With nothing held yet, the first list has not come through.
   */
  | { readonly kind: 'stale'; readonly since: number; readonly failure: Failure; readonly nextTry: number }
  /**
   * The cluster refuses: `cluster-forbidden`, `cluster-unauthorized` or `credential-plugin-failed`, or it does not serve
   * the kind: `object-missing`. Tried again at long intervals, as rights are granted, people sign in again and kinds are
   * installed; at once when `refresh` is called.
   */
  | { readonly kind: 'denied'; readonly since: number; readonly failure: Failure; readonly nextTry: number };
