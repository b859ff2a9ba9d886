import type { Disposable } from '../../base/disposable.ts';
import type { Failure } from '../../domain/errors/towlineError.ts';
import type { FeedState } from '../feeds/feedState.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterReads } from '../ports/clusters.ts';
import type { WorkloadIndex, WorkloadsChange } from './workloadIndex.ts';

export interface FollowWorkloadsOptions {
  /** All that the user may see when absent. */
  readonly namespace?: string;
  /** Where the user may not read all namespaces: those to look in, besides the context's own. */
  readonly namespaces?: readonly string[];
}

/** One kind in one namespace, or in all. */
export interface FollowedPart {
  readonly kind: string;
  readonly namespace?: string;
  readonly state: FeedState;
}

/** Something that this user may not see. */
export interface HiddenPart {
  readonly kind: string;
  /** Where it is hidden; absent: in every namespace that is not followed by itself. */
  readonly namespace?: string;
  readonly failure: Failure;
}

export interface WorkloadsStatus {
  /**
   * The worst of what workloads and pods are read from: `loading` until every first list is there, `stale` when one of
   * them is, `denied` when none of them may be read; otherwise `live`. What may not be read is in `hidden`.
   */
  readonly state: FeedState;
  readonly parts: readonly FollowedPart[];
  readonly hidden: readonly HiddenPart[];
}

/** A cluster's workloads as they are now. */
export interface FollowedWorkloads {
  readonly index: WorkloadIndex;
  readonly status: WorkloadsStatus;
  /** Called at most ten times a second with the rows that changed, and when `status` did. */
  onChange(listener: (change: WorkloadsChange & { readonly status: boolean }) => void): Disposable;
  /** Reads everything anew at once. */
  refresh(): void;
  /** Resolves when the signal was aborted and nothing is under way any more. */
  readonly ended: Promise<void>;
}

/** Follows until the signal is aborted; throws nothing, `status` tells. */
export type FollowWorkloads = (
  scope: { readonly reads: ClusterReads; readonly clock: Clock },
  options: FollowWorkloadsOptions,
  signal: AbortSignal,
) => FollowedWorkloads;
