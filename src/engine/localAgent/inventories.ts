import { TowlineError } from '../../domain/errors/towlineError.ts';
import { builtInKinds } from '../../domain/kubernetes/builtInKinds.ts';
import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';
import { isHolding } from '../../domain/localAgent/agentHolder.ts';
import {
  agentNamespace,
  type Inventory,
  inventoryLabels,
  readInventory,
} from '../../domain/localAgent/inventory.ts';
import type { ClusterReads } from '../ports/clusters.ts';
import type { Ports } from '../ports/ports.ts';

/** An inventory as the cluster has it now. */
export interface KeptInventory {
  readonly name: string;
  /** A change of it may name this, and is refused when somebody else was quicker. */
  readonly resourceVersion: string | undefined;
  readonly inventory: Inventory;
}

/** Undefined where there is none. Throws `inventory-unreadable`. */
export async function readKeptInventory(
  reads: ClusterReads,
  name: string,
  signal: AbortSignal,
): Promise<KeptInventory | undefined> {
  const object = await reads.get(builtInKinds.configMaps, agentNamespace, name, signal);
  if (!object) return undefined;
  const kept = keptInventoryOf(object);
  if (!kept)
    throw new TowlineError('inventory-unreadable', {
      why: `ConfigMap ${agentNamespace}/${name} on ${reads.context.name} is none that this version of Towline understands.`,
      next: `Look at it: \`kubectl -n ${agentNamespace} get configmap ${name} -o yaml\`. Without it nothing that left Git is pruned.`,
    });
  return kept;
}

export function keptInventoryOf(object: ClusterObject): KeptInventory | undefined {
  const inventory = readInventory(object);
  const { name, resourceVersion } = object.metadata;
  return inventory && { name, resourceVersion, inventory };
}

/** Those of all sources on a cluster; what cannot be read is left out. */
export async function listInventories(
  reads: ClusterReads,
  signal: AbortSignal,
): Promise<readonly KeptInventory[]> {
  const labels = Object.entries(inventoryLabels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const { items } = await reads.list(
    builtInKinds.configMaps,
    { namespace: agentNamespace, labels },
    {},
    signal,
  );
  return items.flatMap((object) => keptInventoryOf(object) ?? []);
}

/** Whether a process is at it now. */
export function isAgentRunning(
  { clock, processes }: Pick<Ports, 'clock' | 'processes'>,
  { holder }: Inventory,
): boolean {
  return holder !== undefined && isHolding(holder, processes.standingOf(holder.identity), clock.now());
}
