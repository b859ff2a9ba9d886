import { failureOf, TowlineError } from '../../domain/errors/towlineError.ts';
import type { Locality } from '../../domain/locality/locality.ts';
import type { ClusterContext, ClusterWrites } from '../ports/clusters.ts';
import type { Ports } from '../ports/ports.ts';
import type { LocalClusters } from './localClusters.ts';
import { isSameCluster, type OptInFile, whyUnrecognisable } from './optInFile.ts';

const next = 'Use a local cluster: `towline cluster create` makes one, `towline cluster allow` declares one.';

/** The guard: the only place that opens a cluster for writing. */
export function createLocalClusters({ clusters }: Pick<Ports, 'clusters'>, optIns: OptInFile): LocalClusters {
  function judge(name: string): Locality {
    const context = clusters.readContexts().contexts.find((known) => known.name === name);
    if (!context) return refuse(`there is no context ${JSON.stringify(name)} in the kubeconfig`);
    const unrecognisable = whyUnrecognisable(context);
    if (unrecognisable !== undefined) return refuse(unrecognisable);
    return byOptIn(context) ?? refuse(`context ${name} (${context.server}) is not allowed in ${optIns.file}`);
  }

  function byOptIn(context: ClusterContext): Locality | undefined {
    if (!optIns.read().some((known) => isSameCluster(known, context))) return undefined;
    const { name, server, authority } = context;
    return {
      local: true,
      proof: { context: name, server, authority, by: 'opt-in', file: optIns.file },
      because: `you allowed ${server} in ${optIns.file}`,
    };
  }

  /** What cannot be read proves nothing. */
  function judgeSafely(context: string): Locality {
    try {
      return judge(context);
    } catch (error) {
      const { what, why, next: mend } = failureOf(error);
      return { local: false, why: `${what}: ${why}`, next: mend };
    }
  }

  async function open(context: string, signal: AbortSignal): Promise<ClusterWrites> {
    signal.throwIfAborted();
    const locality = judgeSafely(context);
    if (!locality.local)
      throw new TowlineError('cluster-not-local', { why: locality.why, next: locality.next });
    return clusters.openForWriting(locality.proof);
  }

  return {
    async judge(context, signal) {
      signal.throwIfAborted();
      return judgeSafely(context);
    },
    openWrites: (context) => ({
      apply: async (object, kind, options, signal) =>
        (await open(context, signal)).apply(object, kind, options, signal),
      create: async (object, kind, signal) => (await open(context, signal)).create(object, kind, signal),
      patch: async (target, change, options, signal) =>
        (await open(context, signal)).patch(target, change, options, signal),
      delete: async (kind, namespace, name, options, signal) =>
        (await open(context, signal)).delete(kind, namespace, name, options, signal),
      exec: async (place, command, options, streams, signal) =>
        (await open(context, signal)).exec(place, command, options, streams, signal),
    }),
  };
}

function refuse(why: string): Locality {
  return { local: false, why, next };
}
