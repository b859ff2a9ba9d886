import { failureOf } from '../../domain/errors/towlineError.ts';
import { builtInKinds } from '../../domain/kubernetes/builtInKinds.ts';
import { clusterTools } from '../../domain/locality/clusterTools.ts';
import { findServingContainer, type ServingContainer } from '../../domain/locality/findServingContainer.ts';
import type { Locality } from '../../domain/locality/locality.ts';
import type { ClusterContext } from '../ports/clusters.ts';
import type { Ports } from '../ports/ports.ts';

/** More nodes than any cluster of containers has. */
const nodeLimit = 200;

type ContainerProof = Extract<Locality, { local: true }>;
/** Why a container does not prove a cluster local: half a sentence. */
type Unproven = { readonly local: false; readonly why: string };

/**
 * Proves that a cluster runs in containers of this machine's engine: its address is that of a container with the labels
 * of a tool, and the cluster that answers there has that tool's containers as nodes. Never throws but for an abort.
 */
export async function proveByContainer(
  { clusters, containers }: Pick<Ports, 'clusters' | 'containers'>,
  context: ClusterContext,
  signal: AbortSignal,
): Promise<ContainerProof | Unproven> {
  try {
    if (!(await containers.isLocal(signal)))
      return unproven('the container engine is not on this machine, so that its containers prove nothing');
    const found = await findServing(containers, context.server, signal);
    if (found === undefined)
      return unproven(
        `no running container of kind, k3d or minikube publishes ${context.server}, or has its address`,
      );
    const strangers = await findStrangers({ clusters }, context.name, found, signal);
    if (strangers !== undefined) return unproven(strangers);
    const { tool, container, cluster, how } = found;
    const { name, server, authority } = context;
    return {
      local: true,
      proof: { context: name, server, authority, by: 'container', tool, container },
      because: `container ${container} of the ${tool} cluster ${cluster} ${how}, and the nodes are that cluster's containers`,
    };
  } catch (error) {
    signal.throwIfAborted();
    const { what, why } = failureOf(error);
    return unproven(`${what}: ${why}`);
  }
}

type Found = ServingContainer & { readonly tool: (typeof clusterTools)[number]['name'] };

async function findServing(
  containers: Ports['containers'],
  server: string,
  signal: AbortSignal,
): Promise<Found | undefined> {
  const found = await Promise.all(
    clusterTools.map(async (tool): Promise<Found | undefined> => {
      const serving = findServingContainer(
        server,
        tool,
        await containers.listContainers(tool.clusterLabel, signal),
      );
      return serving && { ...serving, tool: tool.name };
    }),
  );
  return found.find((serving) => serving !== undefined);
}

/** What is wrong with the nodes of the cluster that answers; undefined where each is one of the containers. */
async function findStrangers(
  { clusters }: Pick<Ports, 'clusters'>,
  context: string,
  { nodes, tool, cluster, container }: Found,
  signal: AbortSignal,
): Promise<string | undefined> {
  const reads = clusters.connect(context);
  try {
    const page = await reads.list(builtInKinds.nodes, {}, { limit: nodeLimit }, signal);
    const names = page.items.map(({ metadata }) => metadata.name);
    const where = `container ${container} is labelled as the ${tool} cluster ${cluster}'s`;
    if (names.length === 0) return `${where}, but the cluster that answers there has no nodes`;
    const strange = names.filter((name) => !nodes.includes(name));
    if (strange.length === 0 && page.continue === undefined) return undefined;
    const shown = strange.slice(0, 3).join(', ') || 'others';
    return `${where}, but the cluster that answers there has nodes that are none of its containers (${shown})`;
  } finally {
    reads.dispose();
  }
}

function unproven(why: string): Unproven {
  return { local: false, why };
}
