import { createCoalesced } from '../../base/coalesced.ts';
import type { Disposable } from '../../base/disposable.ts';
import { createShared } from '../../base/shared.ts';
import type { FeedState } from '../feeds/feedState.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterReads } from '../ports/clusters.ts';
import { findAllowedNamespaces } from './allowedNamespaces.ts';
import type { FollowedPart, HiddenPart } from './followedPart.ts';
import { type FollowedKind, type FollowKindOptions, followKind, isHidden } from './followKind.ts';
import { createSharing } from './shareParts.ts';
import { planFeeds } from './workloadFeeds.ts';
import { createWorkloadTables, type WorkloadIndex, type WorkloadsChange } from './workloadIndex.ts';

export interface FollowWorkloadsOptions {
  /** All that the user may see when absent. */
  readonly namespace?: string;
  /** Where the user may not read all namespaces: those to look in, besides the context's own. */
  readonly namespaces?: readonly string[];
}

export interface WorkloadsStatus {
  /**
   * The worst of what workloads and pods are read from: `denied` when none of them may be read or the user has to sign
   * in again, `stale` when one of them is, `loading` until every first list is there; otherwise `live`. What may not be
   * read is in `hidden`.
   */
  readonly state: FeedState;
  readonly parts: readonly FollowedPart[];
  readonly hidden: readonly HiddenPart[];
}

/** A cluster's workloads as they are now. */
export interface FollowedWorkloads {
  readonly index: WorkloadIndex;
  readonly status: WorkloadsStatus;
  /** Called at most ten times a second with the rows that changed, and when `status` did. */
  onChange(listener: (change: WorkloadsChange & { readonly status: boolean }) => void): Disposable;
  /** Reads everything anew at once. */
  refresh(): void;
  /** Resolves when the signal was aborted and nothing is under way any more. */
  readonly ended: Promise<void>;
}

// Milliseconds.
/** From one time that changes are told to the next, at least. */
const pace = 100;
/** Changes that come together are told together. */
const gathering = 10;

/** For so long the namespaces that the user may look into count as known: finding them out costs a question each. */
const allowedFor = 600_000;

/** Follows until the signal is aborted; throws nothing, `status` tells. */
export function followWorkloads(
  connection: { readonly reads: ClusterReads; readonly clock: Clock },
  { namespace, namespaces = [] }: FollowWorkloadsOptions,
  signal: AbortSignal,
): FollowedWorkloads {
  const { reads, clock } = connection;
  const tables = createWorkloadTables();
  const listeners = new Set<ChangeListener>();
  const findAllowed = () => ({
    at: clock.now(),
    ...createShared((first) => findAllowedNamespaces(reads, namespaces, first)),
  });
  let allowed = findAllowed();
  let statusChanged = false;
  let toldAt = Number.NEGATIVE_INFINITY;
  let kinds: readonly FollowedKind[] = [];

  const telling = createCoalesced(
    () => clock.wait(Math.max(gathering, toldAt + pace - clock.now()), signal),
    () => {
      toldAt = clock.now();
      const change = { ...tables.takeChange(), status: statusChanged };
      statusChanged = false;
      for (const listener of [...listeners]) listener(change);
    },
  );
  const options: FollowKindOptions = {
    namespace,
    findNamespaces(ending) {
      if (clock.now() - allowed.at > allowedFor) allowed = findAllowed();
      return allowed.get(ending);
    },
    onChange: telling.ask,
    onState() {
      statusChanged = true;
      if (kinds.length > 0 && kinds.every(({ plan, isAnswered }) => plan.role !== 'owner' || isAnswered))
        tables.ownersAreKnown();
      telling.ask();
    },
  };
  kinds = planFeeds(reads, tables, createSharing()).map((plan) =>
    followKind(connection, plan, options, signal),
  );

  return {
    index: tables,
    get status() {
      return statusOf(kinds);
    },
    onChange(listener) {
      listeners.add(listener);
      return { dispose: () => void listeners.delete(listener) };
    },
    refresh() {
      allowed = findAllowed();
      for (const kind of kinds) kind.refresh();
    },
    ended: aborted(signal).then(async () => {
      await Promise.all(kinds.map((kind) => kind.settle()));
    }),
  };
}

type ChangeListener = Parameters<FollowedWorkloads['onChange']>[0];

/** From the worst to the best. */
const worst = ['denied', 'stale', 'loading', 'live'] as const satisfies readonly FeedState['kind'][];

function statusOf(kinds: readonly FollowedKind[]): WorkloadsStatus {
  const parts = kinds.flatMap((kind) => kind.parts);
  const rows = kinds.filter(({ plan }) => plan.role !== 'fact').flatMap((kind) => kind.parts);
  const readable = rows.filter(({ state }) => !isHidden(state));
  const states = (readable.length > 0 ? readable : rows).map(({ state }) => state);
  const kind = worst.find((one) => states.some((state) => state.kind === one));
  const [first, ...others] = states.filter((state) => state.kind === kind);
  if (!first) throw new Error('there is always something that is followed');
  // It is live since the last of them is, and not so any more since the first of them is not.
  const state = others.reduce(
    (one, other) => (other.since > one.since === (kind === 'live') ? other : one),
    first,
  );
  return { state, parts, hidden: kinds.flatMap(({ hidden }) => hidden) };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
