import type { AgentObject } from '../../domain/agents/agentObject.ts';
import {
  followsManifests,
  type ManifestPlace,
  sameRepository,
} from '../../domain/agents/followsManifests.ts';
import { readAgentInventory } from '../../domain/agents/readAgentInventory.ts';
import { readAgentObject } from '../../domain/agents/readAgentObject.ts';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';
import { fieldsOf, specOf } from '../../domain/kubernetes/objectFields.ts';
import { agentFieldManager } from '../../domain/localAgent/managedFields.ts';
import type { ObjectName } from '../../domain/localAgent/objectName.ts';
import { listAgentResources } from '../delivery/readCluster.ts';
import { listInventories } from '../localAgent/inventories.ts';
import type { ClusterReads } from '../ports/clusters.ts';

/** What an agent on the cluster tells of the manifests it follows. */
export interface AgentBooks {
  /** `Argo CD`, `Flux`, `Towline’s agent` */
  readonly by: string;
  /** The name under which it applies. */
  readonly manager: string;
  /** What it has put there; undefined where it does not tell. */
  readonly inventory: readonly ObjectName[] | undefined;
  /** Where it puts objects that name no namespace, when it is said. */
  readonly namespace?: string;
  /** What it changes in the manifests on its way, so that it applies something else than what they say. */
  readonly notes: readonly string[];
}

const agents: Readonly<Record<AgentObject['agent'], Pick<AgentBooks, 'by' | 'manager'>>> = {
  'argo-cd': { by: 'Argo CD', manager: 'argocd-controller' },
  flux: { by: 'Flux', manager: 'kustomize-controller' },
  towline: { by: 'Towline’s agent', manager: agentFieldManager },
};

/**
 * Books of whoever pulls an environment's manifests to a cluster: Argo CD or Flux, else Towline's own agent. Undefined
 * where nobody does, or where it may not be read.
 */
export async function readAgentBooks(
  reads: ClusterReads,
  environment: string,
  place: ManifestPlace,
  signal: AbortSignal,
): Promise<AgentBooks | undefined> {
  try {
    return (
      (await readForeignBooks(reads, place, signal)) ??
      (await readOwnBooks(reads, environment, place, signal))
    );
  } catch (error) {
    if (!TowlineError.is(error, 'cluster-forbidden', 'object-missing')) throw error;
    return undefined;
  }
}

async function readForeignBooks(
  reads: ClusterReads,
  place: ManifestPlace,
  signal: AbortSignal,
): Promise<AgentBooks | undefined> {
  const resources = await listAgentResources(reads, signal);
  const read = resources.flatMap((resource) => {
    const object = readAgentObject(resource);
    return object ? [{ resource, object }] : [];
  });
  const all = read.map(({ object }) => object);
  const following = read.filter(({ object }) => followsManifests(object, place, all));
  const [first] = following;
  if (!first) return undefined;
  const inventories = following.map(({ resource }) => readAgentInventory(resource));
  const isWhole = inventories.every((inventory) => inventory !== undefined);
  const namespace = following.find(({ object }) => object.targetNamespace)?.object.targetNamespace;
  return {
    ...agents[first.object.agent],
    inventory: isWhole ? inventories.flat() : undefined,
    ...(namespace === undefined ? {} : { namespace }),
    notes: following.flatMap(({ resource, object }) => notesOn(resource, object)),
  };
}

function notesOn(resource: ClusterObject, { kind, name, imageOverrides }: AgentObject): readonly string[] {
  const substitutes = fieldsOf(specOf(resource).postBuild);
  return [
    ...(imageOverrides.length > 0
      ? [
          `${kind} ${name} sets images of its own, which hide what the manifests say: ${imageOverrides.join(', ')}`,
        ]
      : []),
    ...(Object.keys(substitutes).length > 0
      ? [
          `${kind} ${name} replaces variables in the manifests before it applies them; here they are as written`,
        ]
      : []),
  ];
}

async function readOwnBooks(
  reads: ClusterReads,
  environment: string,
  place: ManifestPlace,
  signal: AbortSignal,
): Promise<AgentBooks | undefined> {
  const kept = await listInventories(reads, signal);
  const own = kept
    .map(({ inventory }) => inventory)
    .find(
      ({ source }) =>
        source.environment === environment &&
        source.path === place.path &&
        source.branch === place.branch &&
        (place.url === undefined || sameRepository(source.repository, place.url)),
    );
  return own && { ...agents.towline, inventory: own.objects, notes: [] };
}
