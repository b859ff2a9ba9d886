import { type AgentObject, agentGroups, agentKinds } from '../../domain/agents/agentObject.ts';
import { followsManifests, sameRepository } from '../../domain/agents/followsManifests.ts';
import { readAgentObject } from '../../domain/agents/readAgentObject.ts';
import type { TrailAgent, TrailFacts, TrailPods } from '../../domain/delivery/commitTrail.ts';
import { failureOf, TowlineError } from '../../domain/errors/towlineError.ts';
import { parseImageReference } from '../../domain/images/imageReference.ts';
import { type MeantRepository, matchRepository } from '../../domain/images/matchRepository.ts';
import { builtInKinds } from '../../domain/kubernetes/builtInKinds.ts';
import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';
import type { ResourceKind } from '../../domain/kubernetes/resourceKind.ts';
import { agentObjectOf } from '../../domain/localAgent/agentObjectOf.ts';
import { readPod } from '../../domain/workloads/readPod.ts';
import type { Pod } from '../../domain/workloads/workload.ts';
import type { Environment } from '../../domain/workspace/environment.ts';
import { addressOf } from '../localAgent/agentPlace.ts';
import { isAgentRunning, listInventories } from '../localAgent/inventories.ts';
import type { ClusterReads } from '../ports/clusters.ts';
import type { Ports } from '../ports/ports.ts';
import type { ObjectId } from '../ports/repositories.ts';
import type { ManifestSource } from '../proposals/manifestSource.ts';

/** Objects of one page. */
const pageSize = 500;

/**
 * The agents' objects of an environment's cluster that pull its manifests, and whether what they applied has a commit
 * of the manifests' branch in it (undefined: not merged yet).
 */
export function readAgents(
  ports: Ports,
  source: ManifestSource,
  environment: Environment,
  merged: ObjectId | undefined,
  signal: AbortSignal,
): Promise<TrailFacts['agents']> {
  return withCluster(
    ports,
    environment,
    async (reads) => {
      const objects = await listAgentObjects(reads, signal);
      const own = await listLocalAgents(ports, reads, source, signal);
      const place = { url: source.remote?.url, path: source.path, branch: source.base };
      const following = objects.filter((object) => followsManifests(object, place, objects));
      const agents: TrailAgent[] = [];
      for (const object of [...following, ...own])
        agents.push({ object, includes: await includes(source, object, merged, signal) });
      return agents;
    },
    signal,
  );
}

/** Objects of every agent whose kinds the cluster serves; in the context's namespace where more may not be read. */
export async function listAgentObjects(
  reads: ClusterReads,
  signal: AbortSignal,
): Promise<readonly AgentObject[]> {
  return (await listAgentResources(reads, signal)).flatMap((object) => readAgentObject(object) ?? []);
}

/** The same as the API has them. */
export async function listAgentResources(
  reads: ClusterReads,
  signal: AbortSignal,
): Promise<readonly ClusterObject[]> {
  const { kinds } = await reads.discover(signal, { groups: agentGroups() });
  const served = kinds.filter((kind) =>
    agentKinds.some((known) => known.group === kind.group && known.kind === kind.kind),
  );
  return (await Promise.all(served.map((kind) => listWhereAllowed(reads, kind, signal)))).flat();
}

/** Towline's own agents that follow these manifests; none where its records may not be read. */
async function listLocalAgents(
  ports: Pick<Ports, 'clock' | 'processes'>,
  reads: ClusterReads,
  { repository, path }: ManifestSource,
  signal: AbortSignal,
): Promise<readonly AgentObject[]> {
  const address = await addressOf(repository, signal);
  const kept = await listInventories(reads, signal).catch((error: unknown) => {
    if (TowlineError.is(error, 'cluster-forbidden')) return [];
    throw error;
  });
  return kept
    .filter(({ inventory: { source } }) => source.path === path && sameRepository(source.repository, address))
    .map(({ inventory }) => agentObjectOf(inventory, isAgentRunning(ports, inventory)));
}

async function includes(
  { repository }: ManifestSource,
  { applied }: AgentObject,
  merged: ObjectId | undefined,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  if (merged === undefined) return false;
  if (applied?.commit === undefined) return applied ? undefined : false;
  if (applied.commit === merged) return true;
  if (!(await repository.hasObject(applied.commit, signal))) return undefined;
  return repository.isAncestor(merged, applied.commit, signal);
}

/** Pods of an environment's cluster that run a service. `runs` tells whether an image has the commit in it. */
export function readServicePods(
  ports: Ports,
  environment: Environment,
  meant: MeantRepository,
  runs: (reference: string) => Promise<boolean>,
  signal: AbortSignal,
): Promise<TrailFacts['pods']> {
  return withCluster(
    ports,
    environment,
    async (reads) => {
      const objects = await listWhereAllowed(reads, builtInKinds.pods, signal);
      const images = objects.map(readPod).flatMap((pod) => imageOf(pod, meant) ?? []);
      const counted: TrailPods = { context: reads.context.name, all: images.length, including: 0, ready: 0 };
      let { including, ready } = counted;
      for (const { pod, reference } of images) {
        if (!(await runs(reference))) continue;
        including += 1;
        if (pod.ready) ready += 1;
      }
      return { ...counted, including, ready };
    },
    signal,
  );
}

/** The service's image in a pod that is there to stay, with the digest that really runs. */
function imageOf(
  pod: Pod,
  meant: MeantRepository,
): { readonly pod: Pod; readonly reference: string } | undefined {
  if (pod.deleting !== undefined || pod.phase === 'Succeeded' || pod.phase === 'Failed') return undefined;
  for (const { image, digest } of pod.containers) {
    const reference = parseImageReference(image);
    if (!reference || matchRepository(reference.repository, meant) === 'none') continue;
    return { pod, reference: reference.digest || !digest ? image : `${image}@${digest}` };
  }
  return undefined;
}

async function listWhereAllowed(
  reads: ClusterReads,
  kind: ResourceKind,
  signal: AbortSignal,
): Promise<readonly ClusterObject[]> {
  try {
    return await listAll(reads, kind, undefined, signal);
  } catch (error) {
    if (!TowlineError.is(error, 'cluster-forbidden')) throw error;
    return listAll(reads, kind, reads.context.namespace, signal);
  }
}

async function listAll(
  reads: ClusterReads,
  kind: ResourceKind,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<readonly ClusterObject[]> {
  const query = namespace === undefined ? {} : { namespace };
  const all: ClusterObject[] = [];
  let next: string | undefined;
  do {
    const from = next === undefined ? {} : { continue: next };
    const page = await reads.list(kind, query, { limit: pageSize, ...from }, signal);
    all.push(...page.items);
    next = page.continue;
  } while (next !== undefined);
  return all;
}

/** A cluster that cannot be asked is an answer as well: the rest of the trail is still true. */
async function withCluster<T>(
  { clusters }: Ports,
  { name, context }: Environment,
  ask: (reads: ClusterReads) => Promise<T>,
  signal: AbortSignal,
): Promise<T | { readonly unknown: string }> {
  if (context === undefined)
    return { unknown: `${name} names no cluster: \`context\` in towline.yaml says which one to read` };
  let reads: ClusterReads | undefined;
  try {
    reads = clusters.connect(context);
    return await ask(reads);
  } catch (error) {
    signal.throwIfAborted();
    const { what, why } = failureOf(error);
    return { unknown: `${context} could not be asked: ${what}: ${why}` };
  } finally {
    reads?.dispose();
  }
}
