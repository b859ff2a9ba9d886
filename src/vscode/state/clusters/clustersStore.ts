import type { Disposable } from '../../../base/disposable.ts';
import type { WorkloadsChange } from '../../../engine/workloads/workloadIndex.ts';
import type { ClusterState, ClustersState } from './clustersState.ts';

/** What changed: everything, all of a cluster, or some lines of it. */
export interface ClustersChange {
  readonly context?: string;
  /** With `context`; undefined: how it stands, and with it everything below. */
  readonly rows?: WorkloadsChange;
}

/** The one place where the state of the Clusters view is; whoever shows it listens. */
export interface ClustersStore {
  readonly state: ClustersState;
  update(change: (state: ClustersState) => ClustersState, what?: ClustersChange): void;
  /** Puts a cluster in place of what was known of it; undefined: it is closed. */
  setCluster(context: string, cluster: ClusterState | undefined): void;
  /** Some lines of a cluster are not as they were: nothing of the state itself changes. */
  touch(context: string, rows: WorkloadsChange): void;
  onChange(listener: (change: ClustersChange) => void): Disposable;
}

export function createClustersStore(initial: ClustersState): ClustersStore {
  const listeners = new Set<(change: ClustersChange) => void>();
  let state = initial;

  function tell(what: ClustersChange): void {
    for (const listener of [...listeners]) listener(what);
  }

  function update(change: (state: ClustersState) => ClustersState, what: ClustersChange = {}): void {
    state = change(state);
    tell(what);
  }

  return {
    get state() {
      return state;
    },
    update,
    setCluster(context, cluster) {
      update(
        (before) => {
          const clusters = new Map(before.clusters);
          if (cluster) clusters.set(context, cluster);
          else clusters.delete(context);
          return { ...before, clusters };
        },
        { context },
      );
    },
    touch: (context, rows) => tell({ context, rows }),
    onChange(listener) {
      listeners.add(listener);
      return { dispose: () => void listeners.delete(listener) };
    },
  };
}
