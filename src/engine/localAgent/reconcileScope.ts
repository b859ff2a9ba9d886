import type { AgentEvent } from '../../domain/localAgent/agentEvent.ts';
import type { FollowedSource } from '../../domain/localAgent/inventory.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterReads, ClusterWrites } from '../ports/clusters.ts';
import type { HeldInventory } from './heldInventory.ts';

export interface ReconcileScope {
  readonly reads: ClusterReads;
  readonly writes: ClusterWrites;
  readonly clock: Clock;
  readonly inventory: HeldInventory;
  /** Of that inventory on the cluster. */
  readonly inventoryName: string;
  readonly source: FollowedSource;
  /** Address of the remote, when there is one. */
  readonly url: string | undefined;
  tell(event: AgentEvent): void;
  /** Asked before each write: throws when there must be no more. */
  checkWrites(signal: AbortSignal): Promise<void>;
}
