import { failureOf, TowlineError } from '../../domain/errors/towlineError.ts';
import type { Locality } from '../../domain/locality/locality.ts';
import type { ClusterContext, ClusterWrites } from '../ports/clusters.ts';
import type { Ports } from '../ports/ports.ts';
import type { LocalClusters } from './localClusters.ts';
import { isSameCluster, type OptInFile, whyUnrecognisable } from './optInFile.ts';

const useLocal =
  'Use a local cluster: `towline cluster create` makes one, `towline cluster allow` declares one.';

/** The guard: the only place that opens a cluster for writing. */
export function createLocalClusters(
  ports: Pick<Ports, 'clusters' | 'containers'>,
  optIns: OptInFile,
): LocalClusters {
  const { clusters } = ports;

  /** Throws where the kubeconfig cannot be read. */
  async function judge(name: string, signal: AbortSignal): Promise<Locality> {
    const context = clusters.readContexts().contexts.find((known) => known.name === name);
    if (!context) return refuse(`there is no context ${JSON.stringify(name)} in the kubeconfig`);
    const unrecognisable = whyUnrecognisable(context);
    if (unrecognisable !== undefined) return refuse(unrecognisable);
    const declared = byOptIn(context);
    if (declared?.local) return declared;
    const { proveByContainer } = await import('./proveByContainer.ts');
    const proven = await proveByContainer(ports, context, signal);
    if (proven.local) return proven;
    const why = `context ${name} (${context.server}): ${proven.why}`;
    return declared ? refuse(`${why}\n${declared.why}`, declared.next) : refuse(why);
  }

  /** Undefined where the user has said nothing; a file that cannot be understood says nothing, and why. */
  function byOptIn(context: ClusterContext): Locality | undefined {
    try {
      if (!optIns.read().some((known) => isSameCluster(known, context))) return undefined;
    } catch (error) {
      const { what, why, next } = failureOf(error);
      return refuse(`${what}: ${why}`, next);
    }
    const { name, server, authority } = context;
    return {
      local: true,
      proof: { context: name, server, authority, by: 'opt-in', file: optIns.file },
      because: `you allowed ${server} in ${optIns.file}`,
    };
  }

  /** What cannot be read proves nothing. */
  async function judgeSafely(context: string, signal: AbortSignal): Promise<Locality> {
    signal.throwIfAborted();
    try {
      return await judge(context, signal);
    } catch (error) {
      signal.throwIfAborted();
      const { what, why, next } = failureOf(error);
      return refuse(`${what}: ${why}`, next);
    }
  }

  async function open(context: string, signal: AbortSignal): Promise<ClusterWrites> {
    const locality = await judgeSafely(context, signal);
    if (!locality.local)
      throw new TowlineError('cluster-not-local', { why: locality.why, next: locality.next });
    return clusters.openForWriting(locality.proof);
  }

  return {
    judge: judgeSafely,
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

function refuse(why: string, next = useLocal): Locality {
  return { local: false, why, next };
}
