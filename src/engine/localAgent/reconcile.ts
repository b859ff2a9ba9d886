import { followsManifests } from '../../domain/agents/followsManifests.ts';
import { type Failure, TowlineError } from '../../domain/errors/towlineError.ts';
import { builtInKinds } from '../../domain/kubernetes/builtInKinds.ts';
import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';
import type { ReconcileReason } from '../../domain/localAgent/agentEvent.ts';
import { inventoryLabels, isOwn, type KeptObject } from '../../domain/localAgent/inventory.ts';
import { agentFieldManager, otherAgentOf } from '../../domain/localAgent/managedFields.ts';
import {
  describeObject,
  nameKey,
  nameOfObject,
  type ObjectName,
} from '../../domain/localAgent/objectName.ts';
import { isDefinition, isNamespace } from '../../domain/rendering/applyOrder.ts';
import type { Rendering } from '../../domain/rendering/rendering.ts';
import { applyInOrder } from '../applying/applyInOrder.ts';
import { listAgentObjects } from '../delivery/readCluster.ts';
import type { ClusterReads, ClusterWrites } from '../ports/clusters.ts';
import { listInventories } from './inventories.ts';
import { pruneObjects } from './pruneObjects.ts';
import type { ReconcileScope } from './reconcileScope.ts';
import { findWantedObjects, namespacesOf, type WantedObject } from './wantedObjects.ts';

/** What a reconcile put on the cluster, by name, as the cluster took it. */
export type AppliedObjects = ReadonlyMap<string, ClusterObject>;

/**
 * Brings a cluster to what a rendering says. Before the first write the inventory names everything that is about to be
 * there, so that after a crash nothing is unknown; what left Git goes only after all else is applied. An object is
 * refused rather than taken: fields of other managers are conflicts unless this agent has applied the object before.
 * Throws `managed-elsewhere` before anything is written, and `object-conflict` and the like naming the objects after
 * all others are applied.
 */
export async function reconcile(
  scope: ReconcileScope,
  rendering: Rendering,
  why: ReconcileReason,
  signal: AbortSignal,
): Promise<AppliedObjects> {
  const { reads, inventory, clock, tell } = scope;
  const { commit } = rendering;
  const wanted = await findWantedObjects(reads, rendering, reads.context.namespace, signal);
  const live = await readLive(reads, wanted, signal);
  await refuseOtherAgents(scope, wanted, live, signal);

  tell({ type: 'reconcile-started', at: clock.now(), commit, why, objects: wanted.size });
  const before = inventory.current.objects;
  const names = [...wanted.values()].map(({ name }) => name);
  const coming = { attempted: commit, settled: undefined, objects: union(before, names) };
  await inventory.update(coming, signal);
  await makeNamespaces(scope, wanted, signal);
  const kept = new Map(before.map((object) => [nameKey(object), object]));
  const applied = await applyAll(scope, wanted, live, kept, signal);
  await pruneObjects(scope, before, names, signal);
  const message = `${wanted.size} ${wanted.size === 1 ? 'object' : 'objects'} of ${commit.slice(0, 7)} applied`;
  const objects = [...applied.values()].map(keptObjectOf);
  await inventory.update({ applied: commit, objects, message }, signal);
  tell({ type: 'reconciled', at: clock.now(), commit });
  return applied;
}

/** Those that were there, with what is known of them, and the others. */
function union(before: readonly KeptObject[], others: readonly ObjectName[]): readonly KeptObject[] {
  return [...new Map([...others, ...before].map((name) => [nameKey(name), name])).values()];
}

function keptObjectOf(object: ClusterObject): KeptObject {
  const { uid } = object.metadata;
  return { ...nameOfObject(object), ...(uid === undefined ? {} : { uid }) };
}

/** The wanted objects that are there already. */
async function readLive(
  reads: ClusterReads,
  wanted: ReadonlyMap<string, WantedObject>,
  signal: AbortSignal,
): Promise<AppliedObjects> {
  const found = await Promise.all(
    [...wanted].map(async ([key, { name, kind }]) => {
      const object = kind && (await reads.get(kind, name.namespace || undefined, name.name, signal));
      return object ? ([[key, object]] as const) : [];
    }),
  );
  return new Map(found.flat());
}

async function refuseOtherAgents(
  { reads, source, url, inventoryName }: ReconcileScope,
  wanted: ReadonlyMap<string, WantedObject>,
  live: AppliedObjects,
  signal: AbortSignal,
): Promise<void> {
  const found: string[] = [];
  const agents = await listAgentObjects(reads, signal);
  for (const agent of agents)
    if (followsManifests(agent, { url, path: source.path, branch: source.branch }, agents))
      found.push(`${agent.kind} ${agent.namespace}/${agent.name} follows ${source.path} as well`);
  for (const { name, inventory } of await listInventories(reads, signal)) {
    if (name === inventoryName) continue;
    const shared = inventory.objects.filter((object) => wanted.has(nameKey(object)));
    for (const object of shared)
      found.push(`${describeObject(object)} belongs to the agent of ${inventory.source.environment}`);
  }
  for (const [key, object] of live) {
    const other = otherAgentOf(object, wanted.get(key)?.object ?? object);
    if (other !== undefined) found.push(`${describeObject(nameOfObject(object))} belongs to ${other}`);
  }
  if (found.length > 0)
    throw new TowlineError('managed-elsewhere', { why: `On ${reads.context.name}: ${found.join('\n')}` });
}

/** A namespace that is in no manifest is made, as nothing could be applied without; it is never pruned. */
async function makeNamespaces(
  scope: ReconcileScope,
  wanted: ReadonlyMap<string, WantedObject>,
  signal: AbortSignal,
): Promise<void> {
  const { reads, writes, clock, tell, checkWrites } = scope;
  for (const name of namespacesOf(wanted)) {
    if (await reads.get(builtInKinds.namespaces, undefined, name, signal)) continue;
    await checkWrites(signal);
    const metadata = { name, labels: inventoryLabels };
    const made = await writes.create(
      { apiVersion: 'v1', kind: 'Namespace', metadata },
      builtInKinds.namespaces,
      signal,
    );
    tell({ type: 'applied', at: clock.now(), object: nameOfObject(made), change: 'created' });
  }
}

async function applyAll(
  { reads, writes, clock, tell, checkWrites }: ReconcileScope,
  wanted: ReadonlyMap<string, WantedObject>,
  live: AppliedObjects,
  kept: ReadonlyMap<string, KeptObject>,
  signal: AbortSignal,
): Promise<AppliedObjects> {
  const applied = new Map<string, ClusterObject>();
  const refused: Failure[] = [];
  const apply: ClusterWrites['apply'] = async (object, kind, { fieldManager }, asked) => {
    await checkWrites(asked);
    const name = nameOfObject(object);
    const key = nameKey(name);
    const there = live.get(key);
    const force = there !== undefined && isOwn(there, kept.get(key));
    try {
      const made = await writes.apply(object, kind, { fieldManager, force }, asked);
      applied.set(key, made);
      const isSame = there?.metadata.resourceVersion === made.metadata.resourceVersion;
      const change = there ? (isSame ? 'unchanged' : 'changed') : 'created';
      tell({ type: 'applied', at: clock.now(), object: name, change });
      return made;
    } catch (error) {
      if (!TowlineError.is(error, ...refusals) || isNamespace(object) || isDefinition(object)) throw error;
      const at = wanted.get(key)?.at;
      const { failure } = error;
      refused.push({ ...failure, why: `${describeObject(name)}: ${failure.why}`, ...(at ? { at } : {}) });
      return object;
    }
  };
  await applyInOrder(
    { reads, writes: { apply }, clock },
    [...wanted.values()].map(({ object }) => object),
    { namespace: reads.context.namespace, fieldManager: agentFieldManager, force: false },
    signal,
  );
  const [first] = refused;
  if (!first) return applied;
  const { code, next, at } = first;
  throw new TowlineError(code, {
    why: refused.map(({ why }) => why).join('\n'),
    next,
    ...(at ? { at } : {}),
  });
}

/** Answers about one object, which say nothing of the others. */
const refusals = ['object-conflict', 'object-invalid', 'object-missing', 'cluster-forbidden'] as const;
