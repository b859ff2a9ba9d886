import type { Job, Pod, PodContainer, ReplicaSet, Workload } from './workload.ts';

/** A workload with everything that belongs to it. */
export interface WorkloadGroup {
  readonly workload: Workload;
  /** Of a Deployment: newest revision first. */
  readonly replicaSets: readonly ReplicaSet[];
  /** Of a CronJob: newest first. */
  readonly jobs: readonly Job[];
  /** Its own and those of its ReplicaSets and Jobs, by name. */
  readonly pods: readonly Pod[];
}

/** Newest revision first; what has none by age. */
export function byRevision(a: ReplicaSet, b: ReplicaSet): number {
  return Number(b.revision ?? 0) - Number(a.revision ?? 0) || b.created - a.created;
}

export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/**
 * Name of the Deployment that a pod of a ReplicaSet comes from, by the names the Deployment controller gives; for
 * where the ReplicaSet itself is not known (yet). It is a guess to be checked against the Deployments there are.
 */
export function deploymentNameOf({ owner, labels }: Pod): string | undefined {
  const hash = labels['pod-template-hash'];
  if (owner?.kind !== 'ReplicaSet' || hash === undefined || !owner.name.endsWith(`-${hash}`))
    return undefined;
  return owner.name.slice(0, -hash.length - 1);
}

export function restartsOf(pods: readonly Pod[]): number {
  return pods.reduce((sum, pod) => sum + restartsOfPod(pod), 0);
}

export function restartsOfPod({ containers }: Pod): number {
  return containers.reduce((sum, { restarts }) => sum + restarts, 0);
}

/** Containers that count for a pod being ready, and how many of them are. */
export function readinessOf({ containers }: Pod): { readonly ready: number; readonly all: number } {
  const counted = containers.filter(isServing);
  return { ready: counted.filter(({ ready }) => ready).length, all: counted.length };
}

function isServing({ role }: PodContainer): boolean {
  return role === 'main' || role === 'sidecar';
}
