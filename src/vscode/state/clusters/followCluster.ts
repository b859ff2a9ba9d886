import type { FindService } from '../../../domain/workloads/filterWorkloads.ts';
import type { Clock } from '../../../engine/ports/clock.ts';
import type { OpenCluster } from '../../../engine/workloads/openCluster.ts';
import type { OpenedCluster } from './clustersState.ts';
import type { ClustersStore } from './clustersStore.ts';
import { createWorkloadRows } from './workloadRows.ts';

/** Time as the window has it. */
export type HostClock = Pick<Clock, 'now' | 'wait'>;

/** Milliseconds after which a cluster that nobody looks at is not followed any more. */
const lookedAwayFor = 60_000;

interface Following {
  readonly ending: AbortController;
  readonly ended: Promise<void>;
  refresh(): void;
  match(): void;
}

/** A cluster that is followed while somebody looks at it. */
export interface Followed {
  /** Whether somebody looks. Who looks again sees what was known, until it was read anew. */
  look(looking: boolean): void;
  /** Reads everything anew at once where it is followed. */
  refresh(): void;
  /** Other services are ours now. */
  match(findService: FindService): void;
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

export function followCluster(
  open: OpenCluster,
  store: ClustersStore,
  findService: FindService,
  clock: HostClock,
): Followed {
  const { name: context, namespace } = open.context;
  let find = findService;
  let following: Following | undefined;
  let waiting: AbortController | undefined;
  let shown: OpenedCluster | undefined;
  const asking = new AbortController();

  function put(next: OpenedCluster): void {
    shown = next;
    store.setCluster(context, { kind: 'open', cluster: next });
  }

  function begin(): Following {
    const ending = new AbortController();
    const workloads = open.followWorkloads({ namespaces: [namespace] }, ending.signal);
    const before = shown?.wasRead ? shown : undefined;
    let rows = createWorkloadRows(workloads.index, find, () => clock.now());
    let wasRead = false;

    function show(): void {
      const { status } = workloads;
      const { state } = status;
      // Where a part does not come through, what did is worth showing.
      wasRead ||=
        state.kind === 'live' || (state.kind === 'stale' && workloads.index.namespaces().length > 0);
      const locality = shown?.locality === undefined ? {} : { locality: shown.locality };
      if (wasRead || !before) put({ context, rows, status, wasRead, ...locality });
      // What was read before stays until there is something newer, and is as old as it was.
      else {
        const since = before.paused ?? before.status.state.since;
        const old = state.kind === 'loading' ? state : { ...state, since };
        put({ context, rows: before.rows, status: { ...status, state: old }, wasRead: true, ...locality });
      }
    }

    /** One that is better or worse than it was also changes the counts above it, and what a filter lets through. */
    function namespacesOf(moved: ReadonlySet<string>): readonly string[] {
      return [...moved].flatMap((uid) => rows.row(uid)?.workload.namespace ?? []);
    }

    workloads.onChange((change) => {
      if (ending.signal.aborted) return;
      const moved = rows.take(change);
      if (change.status || !wasRead) show();
      else
        store.touch(context, {
          workloads: change.workloads,
          namespaces: new Set([...change.namespaces, ...namespacesOf(moved)]),
        });
    });
    show();
    return {
      ending,
      ended: workloads.ended,
      refresh: () => workloads.refresh(),
      match() {
        rows = createWorkloadRows(workloads.index, find, () => clock.now());
        show();
      },
    };
  }

  function pause(): void {
    waiting = undefined;
    if (!following) return;
    following.ending.abort();
    following = undefined;
    if (shown) put({ ...shown, paused: clock.now() });
  }

  function judge(): void {
    open.actions.judge(asking.signal).then(
      (locality) => {
        if (shown && !asking.signal.aborted) put({ ...shown, locality });
      },
      () => undefined,
    );
  }

  return {
    look(looking) {
      if (!looking) {
        if (!following || waiting) return;
        waiting = new AbortController();
        clock.wait(lookedAwayFor, waiting.signal).then(pause, () => undefined);
        return;
      }
      waiting?.abort();
      waiting = undefined;
      if (following) return;
      following = begin();
      judge();
    },
    refresh() {
      if (!following) return;
      following.refresh();
      judge();
    },
    match(next) {
      find = next;
      following?.match();
    },
    async stop() {
      waiting?.abort();
      asking.abort();
      const last = following;
      following = undefined;
      shown = undefined;
      last?.ending.abort();
      await last?.ended;
      open.dispose();
    },
  };
}
