import { TowlineError } from '../../domain/errors/towlineError.ts';
import { builtInKinds } from '../../domain/kubernetes/builtInKinds.ts';
import {
  agentNamespace,
  type Inventory,
  type InventoryChange,
  writeChange,
} from '../../domain/localAgent/inventory.ts';
import { agentFieldManager } from '../../domain/localAgent/managedFields.ts';
import type { LocalClusters } from '../locality/localClusters.ts';
import type { Ports } from '../ports/ports.ts';
import type { OpenWorkspace } from '../workspace/openWorkspace.ts';
import { type AgentRequest, findAgentPlace } from './agentPlace.ts';
import { isAgentRunning, readKeptInventory } from './inventories.ts';

/** An agent as its cluster tells of it. */
export interface AgentStatus {
  readonly context: string;
  readonly inventory: Inventory;
  /** A process applies now; else nobody does until an agent is started again. */
  readonly isRunning: boolean;
}

/** Throws `agent-unknown` where no agent was yet, and as ClusterReads does. */
export async function readAgentStatus(
  ports: Ports,
  opened: OpenWorkspace,
  request: AgentRequest,
  signal: AbortSignal,
): Promise<AgentStatus> {
  const { context, inventory: name, source } = await findAgentPlace(ports, opened, request, signal);
  const reads = ports.clusters.connect(context);
  try {
    const kept = await readKeptInventory(reads, name, signal);
    if (!kept) throw unknown(source.environment, context);
    const { inventory } = kept;
    return { context, inventory, isRunning: isAgentRunning(ports, inventory) };
  } finally {
    reads.dispose();
  }
}

/** What any process may ask of an agent, whoever runs it. */
export type AgentWish = 'pause' | 'resume' | 'reconcile';

/** Leaves a wish on the cluster, where the agent sees it at once or when it is started. Throws `agent-unknown`, `cluster-not-local`. */
export async function askAgent(
  ports: Ports,
  localClusters: LocalClusters,
  opened: OpenWorkspace,
  request: AgentRequest,
  wish: AgentWish,
  signal: AbortSignal,
): Promise<void> {
  const { context, inventory: name, source } = await findAgentPlace(ports, opened, request, signal);
  const target = { kind: builtInKinds.configMaps, namespace: agentNamespace, name };
  const changes: Readonly<Record<AgentWish, InventoryChange>> = {
    pause: { paused: true },
    resume: { paused: false },
    reconcile: { asked: ports.clock.now() },
  };
  try {
    await localClusters
      .openWrites(context)
      .patch(target, { data: writeChange(changes[wish]) }, { fieldManager: agentFieldManager }, signal);
  } catch (error) {
    if (TowlineError.is(error, 'object-missing')) throw unknown(source.environment, context);
    throw error;
  }
}

function unknown(environment: string, context: string): TowlineError {
  return new TowlineError('agent-unknown', {
    why: `${context} has no record of an agent of ${environment}.`,
    next: `Start one: \`towline agent --env ${environment}\`.`,
  });
}
