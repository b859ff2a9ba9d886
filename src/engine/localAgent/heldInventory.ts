import { TowlineError } from '../../domain/errors/towlineError.ts';
import { builtInKinds } from '../../domain/kubernetes/builtInKinds.ts';
import {
  type AgentHolder,
  describeHolder,
  isHolding,
  renewalPace,
} from '../../domain/localAgent/agentHolder.ts';
import {
  agentNamespace,
  type FollowedSource,
  type Inventory,
  type InventoryChange,
  inventoryLabels,
  writeChange,
  writeInventory,
} from '../../domain/localAgent/inventory.ts';
import { agentFieldManager } from '../../domain/localAgent/managedFields.ts';
import type { ClusterReads, ClusterWrites } from '../ports/clusters.ts';
import type { Ports } from '../ports/ports.ts';
import { type KeptInventory, readKeptInventory } from './inventories.ts';

/** Milliseconds the last word of an agent that ends may take. */
const releaseLimit = 5_000;

/** An inventory that this process alone writes, but for the parts that others use to ask for something. */
export interface HeldInventory {
  /** As it was last read or written here. */
  readonly current: Inventory;
  /** Throws `agent-running` when another process has taken it over. */
  update(change: InventoryChange, signal: AbortSignal): Promise<void>;
  /** Says that this process is still there, when it is time to. Throws as `update`. */
  renew(signal: AbortSignal): Promise<void>;
  /** Gives it up; what cannot be written is left to the next holder to find out. */
  release(): Promise<void>;
}

export interface InventoryPlace {
  readonly reads: ClusterReads;
  readonly writes: ClusterWrites;
  readonly name: string;
  readonly source: FollowedSource;
  readonly host: AgentHolder['host'];
}

/**
 * Takes a source's inventory, made with its namespace where it is missing. Throws `agent-running` naming who has it
 * while that process lives, and `inventory-unreadable`.
 */
export async function holdInventory(
  { clock, processes }: Pick<Ports, 'clock' | 'processes'>,
  place: InventoryPlace,
  signal: AbortSignal,
): Promise<HeldInventory> {
  const { reads, writes, name, source, host } = place;
  const identity = processes.identify();
  const holderNow = (): AgentHolder => ({ identity, host, renewed: clock.now() });
  let current: Inventory = { source, paused: false, objects: [] };

  async function create(asked: AbortSignal): Promise<void> {
    const namespace = { apiVersion: 'v1', kind: 'Namespace' };
    if (!(await reads.get(builtInKinds.namespaces, undefined, agentNamespace, asked)))
      await writes
        .create(
          { ...namespace, metadata: { name: agentNamespace, labels: inventoryLabels } },
          builtInKinds.namespaces,
          asked,
        )
        .catch(ignoreConflict);
    current = { ...current, holder: holderNow() };
    await writes.create(writeInventory(name, current), builtInKinds.configMaps, asked);
  }

  async function change(kept: KeptInventory, wanted: InventoryChange, asked: AbortSignal): Promise<void> {
    const { resourceVersion } = kept;
    const metadata = resourceVersion === undefined ? {} : { metadata: { resourceVersion } };
    const target = { kind: builtInKinds.configMaps, namespace: agentNamespace, name };
    const how = { fieldManager: agentFieldManager };
    await writes.patch(target, { ...metadata, data: writeChange(wanted) }, how, asked);
    current = withChange(kept.inventory, wanted);
  }

  /** Reads, decides and writes until nobody was quicker. */
  async function write(decide: (found: Inventory) => InventoryChange, asked: AbortSignal): Promise<void> {
    for (;;) {
      const kept = await readKeptInventory(reads, name, asked);
      try {
        if (kept) await change(kept, decide(kept.inventory), asked);
        else {
          current = withChange(current, decide(current));
          await create(asked);
        }
        return;
      } catch (error) {
        if (!TowlineError.is(error, 'object-conflict')) throw error;
      }
    }
  }

  function refuseOther({ holder }: Inventory): void {
    if (!holder || holder.identity === identity) return;
    if (isHolding(holder, processes.standingOf(holder.identity), clock.now()))
      throw new TowlineError('agent-running', {
        why: `${describeHolder(holder)}, follows ${source.environment} for ${reads.context.name}.`,
      });
  }

  await write((found) => {
    refuseOther(found);
    return { holder: holderNow(), source };
  }, signal);

  const requireMine = ({ holder }: Inventory): void => {
    if (holder && holder.identity === identity) return;
    const taker = holder ? describeHolder(holder) : 'Somebody';
    throw new TowlineError('agent-running', {
      why: `${taker}, has taken ${source.environment} on ${reads.context.name} over while this agent said nothing.`,
    });
  };

  const update = (wanted: InventoryChange, asked: AbortSignal): Promise<void> =>
    write((found) => {
      requireMine(found);
      return { ...wanted, holder: holderNow() };
    }, asked);

  return {
    get current() {
      return current;
    },
    update,
    async renew(asked) {
      if (clock.now() - (current.holder?.renewed ?? 0) >= renewalPace) await update({}, asked);
    },
    async release() {
      try {
        await write((found) => {
          requireMine(found);
          return { holder: undefined };
        }, AbortSignal.timeout(releaseLimit));
      } catch {
        // Its process is gone in a moment, which the next one sees.
      }
    },
  };
}

function withChange(inventory: Inventory, change: InventoryChange): Inventory {
  const merged: Record<string, unknown> = { ...inventory, ...change };
  for (const [part, value] of Object.entries(merged)) if (value === undefined) delete merged[part];
  return merged as unknown as Inventory;
}

function ignoreConflict(error: unknown): void {
  if (!TowlineError.is(error, 'object-conflict')) throw error;
}
