import { present } from '../../base/present.ts';
import { judgeRollout } from '../../domain/verdict/judgeRollout.ts';
import type { Verdict } from '../../domain/verdict/verdict.ts';
import type { WorkloadIndex } from './workloadIndex.ts';

export interface JudgeOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Last output of containers that ended badly, by `<pod uid>/<container>`, as far as it was read. */
  readonly lastLines?: ReadonlyMap<string, readonly string[]>;
  /** What was said before: its reason is kept while nothing better is known. */
  readonly before?: Verdict;
}

const noLines: ReadonlyMap<string, readonly string[]> = new Map();

/** The verdict on a workload from what is known now; asks nobody. Undefined when there is no such workload. */
export function judgeWorkload(
  index: WorkloadIndex,
  uid: string,
  { now, lastLines = noLines, before }: JudgeOptions,
): Verdict | undefined {
  const group = index.group(uid);
  if (!group) return undefined;
  const { workload, replicaSets, pods } = group;
  return judgeRollout({
    workload,
    replicaSets,
    pods,
    events: index.events(uid),
    quotas: index.quotas(workload.namespace),
    lastLines,
    now,
    ...present({ before }),
  });
}
