import { createBackoff } from '../../base/backoff.ts';
import { failureOf } from '../../domain/errors/towlineError.ts';
import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';
import type { ResourceKind } from '../../domain/kubernetes/resourceKind.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterReads, ObjectQuery, WatchEvent } from '../ports/clusters.ts';
import { recoveryFrom } from './afterFailure.ts';
import type { FeedState } from './feedState.ts';
import { createObjectTable, identityOf, type ObjectChange } from './objectTable.ts';
import { readList } from './readList.ts';
import { watchOnce } from './watchOnce.ts';

export interface FollowOptions<T> {
  /** Asked for with each list where it has to be found out. */
  readonly kind: ResourceKind | ((signal: AbortSignal) => Promise<ResourceKind>);
  readonly query: ObjectQuery;
  /** Lets go of everything when the cluster refuses to show it, instead of holding what was true before. */
  readonly hidesForbidden?: boolean;
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

/** A list that was read, and the last version seen since. */
interface Position {
  readonly kind: ResourceKind;
  version: string;
  /** When the list is to be read again, whatever the watch says: milliseconds since the epoch. */
  relistAt: number;
}

// Milliseconds; those of client-go's reflector.
const backoffPolicy = { first: 800, most: 30_000, factor: 2, resetAfter: 120_000 };
const slowPolicy = { first: 30_000, most: 600_000, factor: 2, resetAfter: 3_600_000 };
const relistAfter = 600_000;
/** Where a list may be read and not watched, it is read at this pace. */
const pollPace = 60_000;

/** Follows one kind until aborted, through everything that can go wrong; nothing is thrown, `state` tells. */
export function followObjects<T extends object>(
  { reads, clock }: { readonly reads: ClusterReads; readonly clock: Clock },
  { query, ...options }: FollowOptions<T>,
  signal: AbortSignal,
): Feed<T> {
  const now = (): number => clock.now();
  const random = (): number => clock.random();
  const table = createObjectTable(options.project);
  const backoff = createBackoff(backoffPolicy, now, random);
  const slow = createBackoff(slowPolicy, now, random);
  let state: FeedState = { kind: 'loading', since: now() };
  let position: Position | undefined;
  /** When what is held was last known to be true. */
  let trueAt = now();
  /** Whether nothing speaks against the user's right to read since the last answer. */
  let mayRead = false;
  let interruption = new AbortController();

  function become(next: FeedState): void {
    state = next;
    options.onState?.(next);
  }

  function isTrueNow(): void {
    trueAt = now();
    mayRead = true;
    slow.reset();
    if (state.kind !== 'live') become({ kind: 'live', since: trueAt });
  }

  function announce(changes: readonly ObjectChange<T>[]): void {
    if (changes.length > 0) options.onChange(changes);
  }

  async function list(ending: AbortSignal): Promise<void> {
    const kind = typeof options.kind === 'function' ? await options.kind(ending) : options.kind;
    const seen = new Set<string>();
    const version = await readList(
      { reads, kind, query },
      (objects) => {
        for (const object of objects) seen.add(identityOf(object));
        announce(objects.flatMap((object) => table.put(object) ?? []));
      },
      ending,
    );
    announce(table.retain(seen));
    position = { kind, version, relistAt: now() + relistAfter };
    isTrueNow();
  }

  async function watch(at: Position, ending: AbortSignal): Promise<void> {
    const take = (event: WatchEvent): void => {
      isTrueNow();
      if (event.type === 'OPENED') return;
      if (event.type === 'BOOKMARK') {
        at.version = event.resourceVersion;
        return;
      }
      const change = event.type === 'DELETED' ? table.remove(event.object) : table.put(event.object);
      at.version = event.object.metadata.resourceVersion ?? at.version;
      if (change) options.onChange([change]);
    };
    const source = { reads, clock, kind: at.kind, query };
    await watchOnce(source, { version: at.version, until: at.relistAt }, take, ending);
  }

  /** Says what is wrong and waits before the next try. */
  async function recover(error: unknown, phase: 'list' | 'watch', began: number, ending: AbortSignal) {
    const failure = failureOf(error);
    const isForbidden = failure.code === 'cluster-forbidden';
    // A server that has just started refuses what it allows a moment later: one that allowed it is asked once more.
    const recovery = recoveryFrom(failure, isForbidden && mayRead ? 'watch' : phase);
    mayRead &&= !isForbidden;
    if (options.hidesForbidden && isForbidden && recovery.state === 'denied')
      announce(table.retain(new Set()));
    if (recovery.next === 'relist') position = undefined;
    // A periodic list that fails is tried again when the next is due; the watch goes on meanwhile.
    else if (phase === 'list' && position) position.relistAt = now() + relistAfter;
    // A watch that was open for a while has used up that much of the wait.
    const open = phase === 'watch' && trueAt >= began ? now() - began : 0;
    const waits = {
      backoff: () => Math.max(backoffPolicy.first, backoff.next() - open),
      slow: () => slow.next(),
      poll: () => pollPace,
    };
    const wait = Math.max(recovery.atLeast, waits[recovery.pace]());
    become({ kind: recovery.state, since: trueAt, failure, nextTry: now() + wait });
    await clock.wait(wait, ending);
  }

  async function step(ending: AbortSignal): Promise<void> {
    const began = now();
    const at = position && began < position.relistAt ? position : undefined;
    try {
      await (at ? watch(at, ending) : list(ending));
    } catch (error) {
      ending.throwIfAborted();
      await recover(error, at ? 'watch' : 'list', began, ending);
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      interruption = new AbortController();
      // Only the two of them can make it throw; the loop looks at both.
      await step(AbortSignal.any([signal, interruption.signal])).catch(() => undefined);
    }
  }

  return {
    get state() {
      return state;
    },
    objects: table.objects,
    refresh() {
      position = undefined;
      interruption.abort();
    },
    ended: run(),
  };
}
