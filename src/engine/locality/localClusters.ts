import type { Locality } from '../../domain/locality/locality.ts';
import type { ClusterWrites } from '../ports/clusters.ts';

/** The one guard that every write to a cluster goes through. */
export interface LocalClusters {
  /** Asks the local engine and the cluster itself; never fails for a cluster that cannot be proven local. */
  judge(context: string, signal: AbortSignal): Promise<Locality>;
  /**
   * Writes to a context's cluster, each of which proves anew that it is local before it is sent. Every method throws
   * `cluster-not-local` otherwise.
   */
  openWrites(context: string): ClusterWrites;
}
