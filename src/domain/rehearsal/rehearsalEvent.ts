import type { ObjectDiff } from '../diff/objectDiff.ts';
import type { Failure } from '../errors/towlineError.ts';
import type { ObjectName } from '../localAgent/objectName.ts';
import type { Renderer } from '../rendering/rendering.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { FieldChange } from './compareDryRun.ts';
import type { SkippedObject } from './planRehearsal.ts';
import type { RehearsalOutcome } from './rehearsalOutcome.ts';

/** What is rehearsed, as it was asked for and found. */
export type RehearsedHead =
  | { readonly kind: 'proposal'; readonly branch: string }
  | { readonly kind: 'branch'; readonly branch: string }
  /** A pull or merge request that has no branch here. */
  | { readonly kind: 'pull'; readonly number: number };

/** An object of the manifests that the change adds, changes or removes; secrets are masked. */
export interface ChangedObject extends Omit<ObjectDiff, 'name' | 'renamedFrom'> {
  readonly object: ObjectName;
  /** Whole texts; empty on the side where there is none. */
  readonly before: string;
  readonly after: string;
}

/** An object by its dry run. */
export interface DryRunResult {
  readonly object: ObjectName;
  /** What admission and defaulting would change. */
  readonly changes: readonly FieldChange[];
  /** The cluster refuses it. */
  readonly refused?: Failure;
}

/** An address on this machine that leads into a rehearsal. */
export interface RehearsalAddress {
  /** Name of the Service. */
  readonly service: string;
  /** Of the Service. */
  readonly port: number;
  /** `http://127.0.0.1:43127` */
  readonly url: string;
}

/**
 * What happens in a rehearsal, in this order; `verdict` comes as often as one changes. Everything from
 * `namespace-made` on is followed by `cleaning` and `ended`, whatever happens; what fails before it has no `ended`.
 */
export type RehearsalEvent =
  | {
      readonly type: 'started';
      readonly id: string;
      readonly environment: string;
      readonly context: string;
      /** Why that cluster may be written to, one sentence. */
      readonly because: string;
      readonly head: RehearsedHead;
      readonly headCommit: string;
      readonly base: string;
      readonly baseCommit: string;
      /** Commits that the base has and the change does not know. */
      readonly notes: readonly string[];
    }
  | {
      readonly type: 'rendered';
      readonly renderer: Renderer;
      /** Objects of the change, all of them. */
      readonly objects: number;
      readonly changed: readonly ChangedObject[];
      readonly warnings: readonly string[];
    }
  | {
      readonly type: 'planned';
      readonly namespace: string;
      readonly objects: readonly ObjectName[];
      readonly skipped: readonly SkippedObject[];
      readonly notes: readonly string[];
    }
  | { readonly type: 'namespace-made'; readonly namespace: string }
  | { readonly type: 'dry-run'; readonly results: readonly DryRunResult[] }
  | { readonly type: 'applied'; readonly object: ObjectName; readonly done: number; readonly of: number }
  | { readonly type: 'verdict'; readonly workload: ObjectName; readonly verdict: Verdict }
  | { readonly type: 'concluded'; readonly conclusion: RehearsalConclusion }
  /** It stays until it is let go. Failures of single connections are not events. */
  | {
      readonly type: 'kept';
      readonly addresses: readonly RehearsalAddress[];
      /** Why there are no more of them. */
      readonly problem?: Failure;
    }
  | { readonly type: 'cleaning'; readonly namespace: string }
  | { readonly type: 'ended'; readonly cleanUp: CleanUp };

/** How a rehearsal went; stays true whatever becomes of its clean-up. */
export interface RehearsalConclusion {
  readonly outcome: RehearsalOutcome;
  /** One sentence, e.g. `rehearsed 7 of 9 objects: api is healthy: 1 of 1 pod is ready`. */
  readonly sentence: string;
  /** What to do; absent when healthy. */
  readonly action?: string;
  readonly verdicts: readonly { readonly workload: ObjectName; readonly verdict: Verdict }[];
}

export type CleanUp =
  | { readonly kind: 'removed' }
  /** The cluster was asked to and is still at it, or could not be asked: the next start looks after it. */
  | { readonly kind: 'left'; readonly why: string };
