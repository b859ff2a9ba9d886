import type { Failure } from '../../../domain/errors/towlineError.ts';
import type { Locality } from '../../../domain/locality/locality.ts';
import type { WorkloadFilter } from '../../../domain/workloads/filterWorkloads.ts';
import type { ClusterContexts } from '../../../engine/ports/clusters.ts';
import type { WorkloadsStatus } from '../../../engine/workloads/followWorkloads.ts';
import type { ForwardState } from '../../../engine/workloads/forwardPorts.ts';
import type { WorkloadRows } from './workloadRows.ts';

/** The kubeconfig as far as it was read. */
export type ContextsState =
  | { readonly kind: 'unread' }
  | { readonly kind: 'read'; readonly contexts: ClusterContexts }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** A cluster that somebody opened. */
export interface OpenedCluster {
  readonly context: string;
  readonly rows: WorkloadRows;
  readonly status: WorkloadsStatus;
  /** Whether its first lists came through at some time: then `rows` are worth showing. */
  readonly wasRead: boolean;
  /** Since when nobody looks and nothing is followed any more; milliseconds since the epoch. */
  readonly paused?: number;
  /** Whether it may be written to; undefined until that was found out. */
  readonly locality?: Locality;
}

/** How a cluster stands in the window. */
export type ClusterState =
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'open'; readonly cluster: OpenedCluster };

/** A local port that leads to whichever pod is ready. */
export interface OpenForward {
  readonly id: string;
  readonly context: string;
  readonly namespace: string;
  /** The workload or pod it was asked for. */
  readonly kind: string;
  readonly name: string;
  readonly remotePort: number;
  readonly localPort: number;
  readonly state: ForwardState;
  /** The last connection that could not be carried since the last one that could. */
  readonly failure?: Failure;
}

/** Everything the Clusters view shows. */
export interface ClustersState {
  readonly trusted: boolean;
  readonly contexts: ContextsState;
  /** By context. */
  readonly clusters: ReadonlyMap<string, ClusterState>;
  readonly forwards: readonly OpenForward[];
  readonly filter: WorkloadFilter;
  /** Names of the workspace's environments by the context they name. */
  readonly environments: ReadonlyMap<string, readonly string[]>;
}

/** What an empty Clusters view is about; values of a context key, so package.json names them too. */
export type ClustersCondition = 'restricted' | 'loading' | 'noKubeconfig' | 'noContexts' | 'broken' | 'ready';

export function clustersCondition({ trusted, contexts }: ClustersState): ClustersCondition {
  if (!trusted) return 'restricted';
  switch (contexts.kind) {
    case 'unread':
      return 'loading';
    case 'failed':
      return 'broken';
    case 'read':
      if (contexts.contexts.contexts.length > 0) return 'ready';
      return contexts.contexts.files.length === 0 ? 'noKubeconfig' : 'noContexts';
  }
}

export function openedCluster({ clusters }: ClustersState, context: string): OpenedCluster | undefined {
  const state = clusters.get(context);
  return state?.kind === 'open' ? state.cluster : undefined;
}

export function isFiltered({ namespaces, text, onlyUnhealthy, onlyOurs }: WorkloadFilter): boolean {
  return namespaces !== undefined || text !== undefined || onlyUnhealthy === true || onlyOurs === true;
}
