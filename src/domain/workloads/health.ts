import { isProvenAfterCrash, isProvenAfterStart } from '../verdict/containerProof.ts';
import { rolloutProgress } from '../verdict/rolloutProgress.ts';
import type { Condition, CronJob, Job, Pod, PodContainer, Workload } from './workload.ts';
import type { WorkloadGroup } from './workloadGroup.ts';

/**
 * How something looks at a glance, for an icon and a few words; the verdict tells why. `idle` does what it should by
 * running nothing: completed, suspended, scaled to nothing.
 */
export interface Health {
  readonly level: 'healthy' | 'progressing' | 'unhealthy' | 'idle';
  /** A few words, e.g. `2 of 3 ready`, `CrashLoopBackOff`; from the cluster, so not to be trusted as markup. */
  readonly reason: string;
}

/** Waiting for these is the way every pod starts. */
const starting: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing']);

/** @param now milliseconds since the epoch: what has just started, and nothing asks whether it works, is not well at once */
export function healthOfPod(pod: Pod, now: number): Health {
  if (pod.phase === 'Succeeded') return { level: 'idle', reason: 'Completed' };
  if (pod.phase === 'Failed') return { level: 'unhealthy', reason: pod.reason ?? endOf(pod) ?? 'Failed' };
  if (pod.deleting !== undefined) return { level: 'progressing', reason: 'Terminating' };
  const unscheduled = pod.conditions.find(
    ({ type, status }) => type === 'PodScheduled' && status === 'False',
  );
  if (unscheduled) return { level: 'unhealthy', reason: unscheduled.reason ?? 'Unschedulable' };
  for (const container of pod.containers) {
    const trouble = troubleOf(container, now);
    if (trouble) return { level: 'unhealthy', reason: trouble };
  }
  if (pod.ready)
    return isProven(pod, now)
      ? { level: 'healthy', reason: 'Running' }
      : { level: 'progressing', reason: 'Just started' };
  if (pod.phase === 'Unknown') return { level: 'unhealthy', reason: pod.reason ?? 'Unknown' };
  return { level: 'progressing', reason: waitOf(pod) };
}

/** On what belongs to the workload now; cheap enough to be asked for every row that is shown. */
export function healthOfWorkload(group: WorkloadGroup, now: number): Health {
  const { workload } = group;
  switch (workload.kind) {
    case 'Job':
      return healthOfJob(workload, group.pods, now);
    case 'CronJob':
      return healthOfCronJob(workload, group.jobs, group.pods, now);
    default:
      return healthOfReplicas(workload, group.pods, now);
  }
}

function healthOfReplicas(
  workload: Exclude<Workload, { kind: 'Job' | 'CronJob' }>,
  pods: readonly Pod[],
  now: number,
): Health {
  const { desired, ready, updated, conditions } = workload;
  const failed = conditions.find(isFailure);
  if (failed) return { level: 'unhealthy', reason: failed.reason ?? failed.type };
  const sick = sickest(pods, now);
  if (sick) return sick;
  const { done, words } = rolloutProgress(workload);
  if (done && desired === 0)
    return { level: 'idle', reason: workload.kind === 'DaemonSet' ? 'No node to run on' : 'Scaled to 0' };
  if (done && pods.some((pod) => pod.deleting === undefined && !isProven(pod, now)))
    return { level: 'progressing', reason: `${ready} of ${desired} ready, just started` };
  if (done) return { level: 'healthy', reason: `${ready} of ${desired} ready` };
  if (workload.kind === 'Deployment' && workload.paused && ready >= desired && updated < desired)
    return { level: 'idle', reason: `Paused, ${updated} of ${desired} updated` };
  return { level: 'progressing', reason: ready < desired ? `${ready} of ${desired} ready` : words };
}

function healthOfJob(job: Job, pods: readonly Pod[], now: number): Health {
  const failed = job.conditions.find(({ type, status }) => type === 'Failed' && status === 'True');
  if (failed) return { level: 'unhealthy', reason: failed.reason ?? 'Failed' };
  if (isTrue(job.conditions, 'Complete')) return { level: 'idle', reason: 'Complete' };
  if (job.suspended) return { level: 'idle', reason: 'Suspended' };
  // Failed pods are tried again up to the limit; what cannot even start is trouble now.
  const sick = sickest(
    pods.filter(({ phase }) => phase !== 'Failed'),
    now,
  );
  if (sick) return sick;
  const tries = job.failed > 0 ? `, ${job.failed} failed` : '';
  return { level: 'progressing', reason: `${job.succeeded} of ${job.completions ?? 1} done${tries}` };
}

function healthOfCronJob(
  { suspended, schedule }: CronJob,
  jobs: readonly Job[],
  pods: readonly Pod[],
  now: number,
): Health {
  const [newest] = jobs;
  if (newest) {
    const own = pods.filter(({ owner }) => owner?.uid === newest.uid);
    const health = healthOfJob(newest, own, now);
    if (health.level === 'unhealthy' || (health.level === 'progressing' && !newest.suspended)) return health;
  }
  if (suspended) return { level: 'idle', reason: 'Suspended' };
  return { level: newest ? 'healthy' : 'idle', reason: schedule };
}

/** The first pod that is unhealthy, among those that are to stay. */
function sickest(pods: readonly Pod[], now: number): Health | undefined {
  for (const pod of pods) {
    if (pod.deleting !== undefined) continue;
    const health = healthOfPod(pod, now);
    if (health.level === 'unhealthy') return health;
  }
  return undefined;
}

function isProven({ containers }: Pod, now: number): boolean {
  return containers.every((container) => isProvenAfterStart(container, now));
}

function isFailure({ type, status }: Condition): boolean {
  return (type === 'Progressing' && status === 'False') || (type === 'ReplicaFailure' && status === 'True');
}

function isTrue(conditions: readonly Condition[], wanted: string): boolean {
  return conditions.some(({ type, status }) => type === wanted && status === 'True');
}

function troubleOf(container: PodContainer, now: number): string | undefined {
  const { role, state, restarts, last } = container;
  const prefix = role === 'init' ? 'Init:' : '';
  if (state.kind === 'waiting')
    return state.reason === undefined || starting.has(state.reason) ? undefined : prefix + state.reason;
  if (state.kind === 'ended' && state.exitCode !== 0)
    return prefix + (state.reason ?? `Exit ${state.exitCode}`);
  if (!isProvenAfterCrash(container, now)) return prefix + (last?.reason ?? `Exit ${last?.exitCode}`);
  // A container that ended well and is started again and again is not ready meanwhile.
  if (state.kind === 'ended' && role === 'main' && restarts > 0) return state.reason ?? 'Completed';
  return undefined;
}

function endOf({ containers }: Pod): string | undefined {
  for (const { state } of containers)
    if (state.kind === 'ended' && state.exitCode !== 0) return state.reason ?? `Exit ${state.exitCode}`;
  return undefined;
}

function waitOf({ containers, phase }: Pod): string {
  const inits = containers.filter(({ role }) => role === 'init');
  const done = inits.filter(({ state }) => state.kind === 'ended' && state.exitCode === 0);
  if (done.length < inits.length) return `Init ${done.length} of ${inits.length}`;
  for (const { state } of containers)
    if (state.kind === 'waiting' && state.reason !== undefined) return state.reason;
  return phase === 'Pending' ? 'Pending' : 'Not ready';
}
