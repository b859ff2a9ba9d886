import type { TrailFacts } from '../../../domain/delivery/commitTrail.ts';
import type { Failure } from '../../../domain/errors/towlineError.ts';
import type { KnownRehearsal } from '../../../engine/rehearsal/leftRehearsals.ts';
import type { StateStore } from '../stateStore.ts';
import type { AgentState } from './agentState.ts';
import type { RehearsalState } from './rehearsalState.ts';

/** An answer to "Where is my commit?". */
export interface AskedTrail {
  readonly id: string;
  /** Key of the repository. */
  readonly repository: string;
  /** The commit as it was asked for. */
  readonly commit: string;
  /** The service it was asked for; all that the commit changed when absent. */
  readonly service?: string;
  readonly environment?: string;
  readonly answer:
    | { readonly kind: 'asking' }
    /** `at`: milliseconds since the epoch. */
    | { readonly kind: 'found'; readonly trails: readonly TrailFacts[]; readonly at: number }
    | { readonly kind: 'failed'; readonly failure: Failure };
}

/** Everything the Delivery view shows. */
export interface DeliveryState {
  /** Newest first. */
  readonly trails: readonly AskedTrail[];
  /** Of this window: going on first, then newest first. */
  readonly rehearsals: readonly RehearsalState[];
  /** Rehearsals whose process is gone, by the repository that has their record. */
  readonly left: readonly { readonly repository: string; readonly rehearsal: KnownRehearsal }[];
  /** Local agents of this window, newest first. */
  readonly agents: readonly AgentState[];
}

export type DeliveryStore = StateStore<DeliveryState, undefined>;

export const nothingDelivered: DeliveryState = { trails: [], rehearsals: [], left: [], agents: [] };
