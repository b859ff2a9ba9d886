import { hostingPlace, readHosting } from '../../domain/localCluster/registryHosting.ts';
import type { LocalClusters } from '../locality/localClusters.ts';
import type { Ports } from '../ports/ports.ts';

export interface ClusterRegistry {
  /** `localhost:5001` */
  readonly host: string;
  /** Half a sentence for people. */
  readonly because: string;
}

/** A run waits no longer for a cluster to say where its registry is. Milliseconds. */
const longestLook = 2_000;

/**
 * The registry that a context's cluster says it has (KEP-1755), where it is proven local; a cluster elsewhere does not say
 * where this machine pushes. Undefined where it says nothing, or not in time. Throws nothing but the signal's reason.
 */
export async function findClusterRegistry(
  { clusters, localClusters }: Pick<Ports, 'clusters'> & { readonly localClusters: LocalClusters },
  context: string,
  signal: AbortSignal,
): Promise<ClusterRegistry | undefined> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(longestLook)]);
  try {
    if (!(await localClusters.judge(context, limited)).local) return undefined;
    const reads = clusters.connect(context);
    try {
      const { kind, namespace, name } = hostingPlace;
      const hosting = readHosting(await reads.get(kind, namespace, name, limited));
      // Manifests would have to name another host than is pushed to, and which one they do name, the environment says.
      if (!hosting || (hosting.hostFromContainerRuntime ?? hosting.host) !== hosting.host) return undefined;
      return { host: hosting.host, because: `the local cluster of ${context} says that it has one` };
    } finally {
      reads.dispose();
    }
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
