import type { ClusterEvent, Pod, ReplicaSet, ResourceQuota, Workload } from '../workloads/workload.ts';
import type { Verdict } from './verdict.ts';

/** Everything a verdict is made from, as it was at one moment. */
export interface RolloutEvidence {
  readonly workload: Workload;
  /** Of a Deployment. */
  readonly replicaSets: readonly ReplicaSet[];
  /** Those that belong to it, of every revision. */
  readonly pods: readonly Pod[];
  /** Warnings about it, its ReplicaSets and its pods, in any order. */
  readonly events: readonly ClusterEvent[];
  readonly quotas: readonly ResourceQuota[];
  /** Last output of containers that ended badly, by `<pod uid>/<container>`, as far as it was read. */
  readonly lastLines: ReadonlyMap<string, readonly string[]>;
  /** Milliseconds since the epoch, by the cluster's objects' own clock as near as may be. */
  readonly now: number;
  /** What was said before of the same generation: its reason is kept while nothing better is known. */
  readonly before?: Verdict;
}

/** Something that keeps a rollout from going on. */
export type Trouble = Pick<Verdict, 'sentence' | 'action' | 'pod' | 'container' | 'subject' | 'lastLines'> & {
  readonly reason: NonNullable<Verdict['reason']>;
};
