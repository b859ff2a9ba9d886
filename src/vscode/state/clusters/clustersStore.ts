import type { WorkloadsChange } from '../../../engine/workloads/workloadIndex.ts';
import { createStateStore, type StateStore } from '../stateStore.ts';
import type { ClusterState, ClustersState } from './clustersState.ts';

/** What changed: everything, all of a cluster, or some lines of it. */
export interface ClustersChange {
  readonly context?: string;
  /** With `context`; undefined: how it stands, and with it everything below. */
  readonly rows?: WorkloadsChange;
}

/** The one place where the state of the Clusters view is. */
export interface ClustersStore extends Pick<StateStore<ClustersState, ClustersChange>, 'state' | 'onChange'> {
  update(change: (state: ClustersState) => ClustersState): void;
  /** Puts a cluster in place of what was known of it; undefined: it is closed. */
  setCluster(context: string, cluster: ClusterState | undefined): void;
  /** Some lines of a cluster are not as they were. */
  touch(context: string, rows: WorkloadsChange): void;
}

export function createClustersStore(initial: ClustersState): ClustersStore {
  const store = createStateStore<ClustersState, ClustersChange>(initial);
  return {
    get state() {
      return store.state;
    },
    onChange: store.onChange,
    update: (change) => store.update(change, {}),
    setCluster(context, cluster) {
      store.update(
        (before) => {
          const clusters = new Map(before.clusters);
          if (cluster) clusters.set(context, cluster);
          else clusters.delete(context);
          return { ...before, clusters };
        },
        { context },
      );
    },
    touch: (context, rows) => store.tell({ context, rows }),
  };
}
