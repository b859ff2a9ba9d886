import { type Backoff, createBackoff } from '../../base/backoff.ts';
import { failureOf, TowlineError } from '../../domain/errors/towlineError.ts';
import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';
import type { ResourceKind } from '../../domain/kubernetes/resourceKind.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterReads, ObjectQuery, WatchEvent } from '../ports/clusters.ts';
import { recoveryFrom } from './afterFailure.ts';
import type { FeedState } from './feedState.ts';
import { createObjectTable, identityOf, type ObjectChange } from './objectTable.ts';

export interface FollowOptions<T> {
  readonly kind: ResourceKind;
  readonly query: ObjectQuery;
  /** The part of an object that is kept; undefined where it is not wanted. */
  project(object: ClusterObject): T | undefined;
  /** Called when `objects` has changed, with what changed; many at a time while lists are read. */
  onChange(changes: readonly ObjectChange<T>[]): void;
  onState?(state: FeedState): void;
}

/** The objects of one kind as they are now, as far as `state` says so. */
export interface Feed<T> {
  readonly state: FeedState;
  /** By uid; the same map for the feed's life. */
  readonly objects: ReadonlyMap<string, T>;
  /** Reads the list anew at once, without waiting for the next try. */
  refresh(): void;
  /** Resolves when the signal was aborted and nothing is under way any more. */
  readonly ended: Promise<void>;
}

/** Objects that are asked for, and taken into the table, at a time. */
const pageSize = 500;
const sliceSize = 100;

// The constants of client-go's reflector, milliseconds.
const backoffPolicy = { first: 800, most: 30_000, factor: 2, resetAfter: 120_000 };
const slowPolicy = { first: 30_000, most: 600_000, factor: 2, resetAfter: 1_800_000 };
const relistAfter = 600_000;
/** Seconds a watch is asked to last: spread, so that watches do not all end together. */
const shortestWatch = 290;
const longestWatch = 600;

/** Where a list may be read and not watched, it is read at this pace. */
const pollPace = 60_000;
/** A watch that ends in good order before this is a sick one. */
const soundWatch = 60_000;
/** A silent watch may be a dead connection: servers send a bookmark a minute. Also finds out after a computer's sleep. */
const longestSilence = 100_000;
const longestOpening = 30_000;
const guardPace = 15_000;

/** Follows one kind until aborted, through everything that can go wrong; nothing is thrown, `state` tells. */
export function followObjects<T extends object>(
  { reads, clock }: { readonly reads: ClusterReads; readonly clock: Clock },
  options: FollowOptions<T>,
  signal: AbortSignal,
): Feed<T> {
  const { kind, query } = options;
  const now = (): number => clock.now();
  const random = (): number => clock.random();
  const table = createObjectTable(options.project);
  const backoff = createBackoff(backoffPolicy, now, random);
  const slow = createBackoff(slowPolicy, now, random);
  let state: FeedState = { kind: 'loading', since: now() };
  /** When what is held was last known to be true. */
  let trueAt = now();
  let version: string | undefined;
  let listed = 0;
  let interrupt: (() => void) | undefined;

  function become(next: FeedState): void {
    state = next;
    options.onState?.(next);
  }

  function becomeLive(): void {
    slow.reset();
    if (state.kind !== 'live') become({ kind: 'live', since: now() });
  }

  function announce(changes: readonly ObjectChange<T>[]): void {
    if (changes.length > 0) options.onChange(changes);
  }

  async function readList(limit: number | undefined): Promise<string> {
    const seen = new Set<string>();
    for (let from: string | undefined; ; ) {
      const page = await reads.list(
        kind,
        query,
        { ...(limit === undefined ? {} : { limit }), ...(from === undefined ? {} : { continue: from }) },
        signal,
      );
      for (let at = 0; at < page.items.length; at += sliceSize) {
        const slice = page.items.slice(at, at + sliceSize);
        for (const object of slice) seen.add(identityOf(object));
        announce(slice.flatMap((object) => table.put(object) ?? []));
        await new Promise(setImmediate);
        signal.throwIfAborted();
      }
      if (page.continue === undefined || page.continue === '') {
        announce(table.retain(seen));
        return page.resourceVersion;
      }
      from = page.continue;
    }
  }

  /**
   * Always the newest list there is: client-go asks for one not older than its last version, which servers answer from
   * their cache; pages are answered from the store or, at a version, as of then, which is what is held already.
   */
  async function list(): Promise<void> {
    try {
      version = await readList(pageSize);
    } catch (error) {
      // The list took so long that the server dropped its version between two pages.
      if (!TowlineError.is(error, 'version-gone')) throw error;
      version = await readList(undefined);
    }
    trueAt = now();
    becomeLive();
  }

  function take(event: WatchEvent): void {
    if (event.type === 'OPENED') return;
    if (event.type === 'BOOKMARK') {
      version = event.resourceVersion;
      return;
    }
    const change = event.type === 'DELETED' ? table.remove(event.object) : table.put(event.object);
    version = event.object.metadata.resourceVersion ?? version;
    if (change) options.onChange([change]);
  }

  /** Returns when the watch ended in good order, or was ended to begin another or to read the list again. */
  async function watch(from: string): Promise<void> {
    const stop = new AbortController();
    const ending = AbortSignal.any([signal, stop.signal]);
    const began = now();
    let heard = began;
    let opened = false;
    let unanswered = false;

    async function guard(): Promise<void> {
      for (;;) {
        await clock.wait(guardPace, ending);
        const silence = now() - heard;
        unanswered = !opened && silence >= longestOpening;
        if (unanswered || silence >= longestSilence || now() - listed >= relistAfter) stop.abort();
      }
    }

    interrupt = () => stop.abort();
    guard().catch(() => undefined);
    try {
      await reads.watch(
        kind,
        query,
        {
          resourceVersion: from,
          timeoutSeconds: shortestWatch + Math.floor(random() * (longestWatch - shortestWatch + 1)),
        },
        (event) => {
          if (ending.aborted) return;
          heard = now();
          if (!opened) {
            opened = true;
            becomeLive();
          }
          take(event);
        },
        ending,
      );
    } catch (error) {
      if (!stop.signal.aborted || signal.aborted) throw error;
      if (unanswered) throw unreachable(`The watch of ${kind.plural} was not answered.`);
      return;
    } finally {
      if (opened) trueAt = heard;
      interrupt = undefined;
      stop.abort();
    }
    if (now() - began < soundWatch) throw unreachable(`The watch of ${kind.plural} was ended too soon.`);
  }

  async function pause(milliseconds: number): Promise<void> {
    const early = new AbortController();
    interrupt = () => early.abort();
    try {
      await clock.wait(milliseconds, AbortSignal.any([signal, early.signal]));
    } catch (error) {
      if (signal.aborted) throw error;
    } finally {
      interrupt = undefined;
    }
  }

  async function recover(error: unknown, phase: 'list' | 'watch', began: number): Promise<void> {
    const failure = failureOf(error);
    const recovery = recoveryFrom(failure, phase);
    if (recovery.next === 'relist') version = undefined;
    // A periodic list that fails is tried again when it is due again; the watch goes on meanwhile.
    if (phase === 'list' && version !== undefined) listed = now();
    const good = phase === 'watch' ? trueAt - began : 0;
    const wait = Math.max(
      recovery.atLeast,
      recovery.pace === 'poll' ? pollPace : waitOf(recovery.pace === 'slow' ? slow : backoff, good),
    );
    become({ kind: recovery.state, since: trueAt, failure, nextTry: now() + wait });
    await pause(wait);
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const began = now();
      const phase = version === undefined || began - listed >= relistAfter ? 'list' : 'watch';
      try {
        if (phase === 'watch' && version !== undefined) await watch(version);
        else {
          await list();
          listed = now();
        }
      } catch (error) {
        if (!signal.aborted) await recover(error, phase, began).catch(() => undefined);
      }
    }
  }

  return {
    get state() {
      return state;
    },
    objects: table.objects,
    refresh() {
      version = undefined;
      interrupt?.();
    },
    ended: run(),
  };
}

/** A watch that was good for a while has used up that much of the wait. */
function waitOf(backoff: Backoff, good: number): number {
  return Math.max(backoffPolicy.first, backoff.next() - good);
}

function unreachable(why: string): TowlineError {
  return new TowlineError('cluster-unreachable', { why });
}
