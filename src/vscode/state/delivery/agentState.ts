import type { Failure } from '../../../domain/errors/towlineError.ts';
import type { AgentEvent } from '../../../domain/localAgent/agentEvent.ts';
import type { FollowedSource } from '../../../domain/localAgent/inventory.ts';

/** Events that are kept and shown. */
const keptEvents = 12;

/** A local agent of this window as its events tell it. */
export interface AgentState {
  readonly id: string;
  /** Key of the repository. */
  readonly repository: string;
  readonly environment: string;
  readonly context?: string;
  readonly source?: FollowedSource;
  /** Commit that is applied whole. */
  readonly applied?: string;
  readonly isPaused: boolean;
  /** The last event that says where it stands. */
  readonly standing?: Exclude<
    AgentEvent,
    { readonly type: 'looked' | 'applied' | 'pruned' | 'kept' | 'verdict' }
  >;
  /** What happened last, newest first, without what needs no words. */
  readonly events: readonly AgentEvent[];
  /** How many there were, those that are not kept any more among them. */
  readonly told: number;
  /** Why it ended by itself. */
  readonly failure?: Failure;
  readonly isOver: boolean;
}

export function reduceAgent(state: AgentState, event: AgentEvent): AgentState {
  const isWorthSaying =
    event.type !== 'looked' && !(event.type === 'applied' && event.change === 'unchanged');
  const events = isWorthSaying ? [event, ...state.events].slice(0, keptEvents) : state.events;
  const next = { ...state, events, told: state.told + (isWorthSaying ? 1 : 0) };
  switch (event.type) {
    case 'looked':
    case 'applied':
    case 'pruned':
    case 'kept':
    case 'verdict':
      return next;
    case 'following':
      return { ...next, standing: event, context: event.context, source: event.source };
    case 'reconciled':
      return { ...next, standing: event, applied: event.commit };
    case 'paused':
      return { ...next, standing: event, isPaused: true };
    case 'resumed':
      return { ...next, standing: event, isPaused: false };
    case 'reconcile-started':
    case 'settled':
    case 'failed':
    case 'drifted':
      return { ...next, standing: event };
  }
}
