import type { Failure } from '../../../domain/errors/towlineError.ts';
import { nameKey, type ObjectName } from '../../../domain/localAgent/objectName.ts';
import type { SkippedObject } from '../../../domain/rehearsal/planRehearsal.ts';
import type {
  ChangedObject,
  CleanUp,
  DryRunResult,
  RehearsalAddress,
  RehearsalConclusion,
  RehearsalEvent,
} from '../../../domain/rehearsal/rehearsalEvent.ts';
import type { Verdict } from '../../../domain/verdict/verdict.ts';

/** A rehearsal of this window as its events tell it. */
export interface RehearsalState {
  readonly id: string;
  /** Key of the repository. */
  readonly repository: string;
  readonly environment: string;
  /** What is rehearsed, as it was asked for. */
  readonly head: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly context?: string;
  readonly namespace?: string;
  /** Objects of the change, and those that differ. */
  readonly rendered?: { readonly objects: number; readonly changed: readonly ChangedObject[] };
  readonly skipped: readonly SkippedObject[];
  /** What is different from the manifests, and warnings; one sentence each. */
  readonly notes: readonly string[];
  readonly dryRun?: readonly DryRunResult[];
  readonly applied?: { readonly done: number; readonly of: number };
  readonly verdicts: readonly { readonly workload: ObjectName; readonly verdict: Verdict }[];
  readonly conclusion?: RehearsalConclusion;
  /** It stays until it is ended; these lead into it. */
  readonly addresses?: readonly RehearsalAddress[];
  /** The user let it go, or its namespace is being removed. */
  readonly isEnding: boolean;
  readonly cleanUp?: CleanUp;
  /** Why it did not come to a conclusion. */
  readonly failure?: Failure;
  readonly isOver: boolean;
}

export function reduceRehearsal(state: RehearsalState, event: RehearsalEvent): RehearsalState {
  switch (event.type) {
    case 'started':
      return { ...state, context: event.context, notes: event.notes };
    case 'rendered': {
      const { objects, changed, warnings } = event;
      return { ...state, rendered: { objects, changed }, notes: [...state.notes, ...warnings] };
    }
    case 'planned':
      return { ...state, skipped: event.skipped, notes: [...state.notes, ...event.notes] };
    case 'namespace-made':
      return { ...state, namespace: event.namespace };
    case 'dry-run':
      return { ...state, dryRun: event.results };
    case 'applied':
      return { ...state, applied: { done: event.done, of: event.of } };
    case 'verdict': {
      const { workload, verdict } = event;
      const key = nameKey(workload);
      const others = state.verdicts.filter((one) => nameKey(one.workload) !== key);
      return { ...state, verdicts: [...others, { workload, verdict }].toSorted(byWorkload) };
    }
    case 'concluded':
      return { ...state, conclusion: event.conclusion };
    case 'kept':
      return { ...state, addresses: event.addresses };
    case 'cleaning': {
      const { addresses: _gone, ...others } = state;
      return { ...others, isEnding: true };
    }
    case 'ended':
      return { ...state, cleanUp: event.cleanUp };
  }
}

function byWorkload(
  one: { readonly workload: ObjectName },
  other: { readonly workload: ObjectName },
): number {
  return nameKey(one.workload) < nameKey(other.workload) ? -1 : 1;
}
