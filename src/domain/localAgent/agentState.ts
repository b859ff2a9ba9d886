import type { Failure } from '../errors/towlineError.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { AgentEvent, DriftedObject } from './agentEvent.ts';
import type { FollowedSource } from './inventory.ts';
import { nameKey, type ObjectName } from './objectName.ts';
import type { RolloutOutcome } from './rolloutOutcome.ts';

/** Where the local agent stands: what its events come to. */
export interface AgentState {
  readonly source: FollowedSource;
  readonly context: string;
  /** What it does now; `rolling-out`: all is applied and its workloads are not healthy yet. */
  readonly doing: 'looking' | 'reconciling' | 'rolling-out' | 'waiting' | 'paused';
  /** Newest commit of the branch that it knows of. */
  readonly newest?: string;
  /** Commit that was applied whole. */
  readonly applied?: string;
  readonly appliedAt?: number;
  /** Objects of that commit. */
  readonly objects: number;
  /** What the last reconcile changed. */
  readonly changed: readonly ObjectName[];
  readonly pruned: readonly ObjectName[];
  /** How the rollouts of the applied commit ended; undefined while they go on. */
  readonly settled?: RolloutOutcome;
  readonly verdicts: ReadonlyMap<string, { readonly workload: ObjectName; readonly verdict: Verdict }>;
  /** What differs from Git, until it is repaired. */
  readonly drift: readonly DriftedObject[];
  /** When drift was repaired last, and of what. */
  readonly repaired?: { readonly at: number; readonly objects: readonly DriftedObject[] };
  /** Of a look at the branch where there is no commit. */
  readonly failure?: {
    readonly failure: Failure;
    readonly retryAt: number;
    readonly commit: string | undefined;
  };
  /** When it last saw the branch. */
  readonly lookedAt?: number;
}

/** The next state; undefined until the agent follows something. */
export function reduceAgent(state: AgentState | undefined, event: AgentEvent): AgentState | undefined {
  if (event.type === 'following')
    return {
      source: event.source,
      context: event.context,
      doing: 'looking',
      objects: 0,
      changed: [],
      pruned: [],
      verdicts: new Map(),
      drift: [],
    };
  return state && reduceFollowing(state, event);
}

function reduceFollowing(state: AgentState, event: Exclude<AgentEvent, { type: 'following' }>): AgentState {
  switch (event.type) {
    case 'looked': {
      const { failure, ...rest } = state;
      const kept = failure?.commit === undefined ? {} : { failure };
      return { ...rest, ...kept, newest: event.commit, lookedAt: event.at };
    }
    case 'reconcile-started': {
      // Verdicts of another commit say nothing of this one.
      const verdicts = event.commit === state.applied ? state.verdicts : new Map();
      const { settled: _, ...rest } = state;
      return { ...rest, doing: 'reconciling', objects: event.objects, changed: [], pruned: [], verdicts };
    }
    case 'applied':
      return event.change === 'unchanged' ? state : { ...state, changed: [...state.changed, event.object] };
    case 'pruned':
      return { ...state, pruned: [...state.pruned, event.object] };
    case 'kept':
      return state;
    case 'verdict': {
      const { workload, verdict } = event;
      return {
        ...state,
        verdicts: new Map(state.verdicts).set(nameKey(workload), { workload, verdict }),
      };
    }
    case 'reconciled': {
      const { failure: _, ...rest } = state;
      return {
        ...rest,
        doing: 'rolling-out',
        applied: event.commit,
        appliedAt: event.at,
        drift: [],
        ...(state.drift.length > 0 ? { repaired: { at: event.at, objects: state.drift } } : {}),
      };
    }
    case 'settled':
      return {
        ...state,
        doing: state.doing === 'rolling-out' ? 'waiting' : state.doing,
        settled: event.outcome,
      };
    case 'failed':
      return {
        ...state,
        doing: state.doing === 'paused' ? 'paused' : 'waiting',
        failure: { failure: event.failure, retryAt: event.retryAt, commit: event.commit },
      };
    case 'drifted':
      return { ...state, drift: event.objects };
    case 'paused':
      return { ...state, doing: 'paused' };
    case 'resumed':
      return { ...state, doing: 'looking' };
  }
}
