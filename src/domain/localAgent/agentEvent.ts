import type { Failure } from '../errors/towlineError.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { FollowedSource } from './inventory.ts';
import type { ObjectName } from './objectName.ts';
import type { RolloutOutcome } from './rolloutOutcome.ts';

/** Why the local agent set out. */
export type ReconcileReason = 'first' | 'new-commit' | 'drift' | 'retry' | 'asked' | 'resumed';

export interface DriftedObject {
  readonly name: ObjectName;
  /** `gone`, or the fields that differ, e.g. `spec.replicas`. */
  readonly change: 'gone' | readonly string[];
}

/** Everything the local agent tells. Times are milliseconds since the epoch. */
export type AgentEvent =
  | {
      readonly type: 'following';
      readonly at: number;
      readonly source: FollowedSource;
      readonly context: string;
    }
  /** The branch was looked at and is at this commit. */
  | { readonly type: 'looked'; readonly at: number; readonly commit: string }
  | {
      readonly type: 'reconcile-started';
      readonly at: number;
      readonly commit: string;
      readonly why: ReconcileReason;
      readonly objects: number;
    }
  | {
      readonly type: 'applied';
      readonly at: number;
      readonly object: ObjectName;
      readonly change: 'created' | 'changed' | 'unchanged';
    }
  | { readonly type: 'pruned'; readonly at: number; readonly object: ObjectName }
  /** Not pruned although it left Git: the object says so itself. */
  | { readonly type: 'kept'; readonly at: number; readonly object: ObjectName; readonly because: string }
  | {
      readonly type: 'verdict';
      readonly at: number;
      readonly workload: ObjectName;
      readonly verdict: Verdict;
    }
  /** The commit is applied whole and what left Git is gone; its rollouts go on. */
  | { readonly type: 'reconciled'; readonly at: number; readonly commit: string }
  /** How the rollouts of a commit ended; those that did not are followed on, and their verdicts still told. */
  | {
      readonly type: 'settled';
      readonly at: number;
      readonly commit: string;
      readonly outcome: RolloutOutcome;
    }
  | {
      readonly type: 'failed';
      readonly at: number;
      /** Undefined when the branch could not even be looked at. */
      readonly commit: string | undefined;
      readonly failure: Failure;
      readonly retryAt: number;
    }
  | { readonly type: 'drifted'; readonly at: number; readonly objects: readonly DriftedObject[] }
  | { readonly type: 'paused'; readonly at: number }
  | { readonly type: 'resumed'; readonly at: number };
