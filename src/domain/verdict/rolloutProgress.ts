import type { Workload } from '../workloads/workload.ts';

/** How far a rollout is by the counts of its controller. */
export interface RolloutProgress {
  readonly done: boolean;
  /** e.g. `2 of 3 pods are ready`. */
  readonly words: string;
}

/** kubectl's own rules for when a rollout is over; what the controller has not seen yet is never over. */
export function rolloutProgress(workload: Workload): RolloutProgress {
  switch (workload.kind) {
    case 'Job': {
      const done = workload.conditions.some(({ type, status }) => type === 'Complete' && status === 'True');
      const wanted = workload.completions ?? 1;
      return {
        done,
        words: `${workload.succeeded} of ${wanted} ${wanted === 1 ? 'completion' : 'completions'}`,
      };
    }
    case 'CronJob':
      return { done: true, words: `runs at ${workload.schedule}` };
    default:
      return replicatedProgress(workload);
  }
}

function replicatedProgress(workload: Exclude<Workload, { kind: 'Job' | 'CronJob' }>): RolloutProgress {
  const { generation, observedGeneration, desired, current, updated, ready, available } = workload;
  const going = (words: string): RolloutProgress => ({ done: false, words });
  if (observedGeneration < generation) return going('its controller has not seen the change yet');
  const pods = desired === 1 ? 'pod' : 'pods';
  const are = desired === 1 ? 'is' : 'are';
  const wanted = wantedUpdates(workload);
  if (updated < wanted) return going(`${updated} of ${wanted} ${pods} ${are} of the new revision`);
  if (workload.kind === 'Deployment' && current > updated)
    return going(`${current - updated} old ${current - updated === 1 ? 'pod has' : 'pods have'} to end`);
  if (workload.kind === 'StatefulSet' && ready < desired)
    return going(`${ready} of ${desired} ${pods} ${are} ready`);
  if (available < desired && workload.kind !== 'StatefulSet')
    return going(`${available} of ${desired} ${pods} ${are} available`);
  if (workload.kind === 'StatefulSet' && workload.partition === 0 && workload.strategy !== 'OnDelete') {
    const { currentRevision, updateRevision } = workload;
    if (currentRevision !== updateRevision) return going('its last pods become of the new revision');
  }
  if (desired === 0)
    return {
      done: true,
      words: workload.kind === 'DaemonSet' ? 'there is no node that it is for' : 'it is scaled to nothing',
    };
  return { done: true, words: `${ready} of ${desired} ${pods} ${are} ready` };
}

function wantedUpdates(workload: Exclude<Workload, { kind: 'Job' | 'CronJob' }>): number {
  if (workload.kind !== 'Deployment' && workload.strategy === 'OnDelete') return 0;
  return workload.kind === 'StatefulSet'
    ? Math.max(0, workload.desired - workload.partition)
    : workload.desired;
}
