import { readJob } from '../../src/domain/workloads/readJob.ts';
import { readPod } from '../../src/domain/workloads/readPod.ts';
import { readReplicaSet } from '../../src/domain/workloads/readReplicated.ts';
import { readWorkload } from '../../src/domain/workloads/readWorkload.ts';
import type {
  CronJob,
  DaemonSet,
  Deployment,
  Job,
  Pod,
  PodContainer,
  ReplicaSet,
  StatefulSet,
  Workload,
} from '../../src/domain/workloads/workload.ts';

/*
 * Values as they are read from a cluster, with what a test says differently. The uid is the name, so that tests can
 * name owners.
 */

function metadataOf(name: string) {
  return { name, namespace: 'shop', uid: name, creationTimestamp: '2030-01-01T00:00:00Z' };
}

const spec = { replicas: 2, template: { spec: { containers: [{ name: 'app', image: 'shop/api:1' }] } } };

/** Two pods, all of them well. */
export function makeDeployment(rest: Partial<Deployment> = {}): Deployment {
  const counts = { current: 2, updated: 2, ready: 2, available: 2, observedGeneration: 1 };
  return { ...(readSome('apps/v1', 'Deployment', rest.name ?? 'api') as Deployment), ...counts, ...rest };
}

export function makeStatefulSet(rest: Partial<StatefulSet> = {}): StatefulSet {
  const counts = { current: 2, updated: 2, ready: 2, available: 2, observedGeneration: 1 };
  return { ...(readSome('apps/v1', 'StatefulSet', rest.name ?? 'db') as StatefulSet), ...counts, ...rest };
}

export function makeDaemonSet(rest: Partial<DaemonSet> = {}): DaemonSet {
  const counts = { desired: 2, current: 2, updated: 2, ready: 2, available: 2, observedGeneration: 1 };
  return { ...(readSome('apps/v1', 'DaemonSet', rest.name ?? 'agent') as DaemonSet), ...counts, ...rest };
}

export function makeCronJob(rest: Partial<CronJob> = {}): CronJob {
  const made = readSome('batch/v1', 'CronJob', rest.name ?? 'nightly') as CronJob;
  return { ...made, schedule: '0 3 * * *', ...rest };
}

export function makeJob(rest: Partial<Job> = {}): Job {
  const name = rest.name ?? 'job';
  return { ...readJob({ apiVersion: 'batch/v1', kind: 'Job', metadata: metadataOf(name), spec }), ...rest };
}

export function makeReplicaSet(rest: Partial<ReplicaSet> = {}): ReplicaSet {
  const name = rest.name ?? 'api-h';
  const object = { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: metadataOf(name), spec };
  return { ...readReplicaSet(object), owner: owner('Deployment', 'api'), ...rest };
}

/** It runs and is ready. */
export function makePod(rest: Partial<Pod> = {}): Pod {
  const name = rest.name ?? 'api-h-1';
  const object = { apiVersion: 'v1', kind: 'Pod', metadata: metadataOf(name) };
  return { ...readPod(object), phase: 'Running', ready: true, containers: [makeContainer()], ...rest };
}

export function makeContainer(rest: Partial<PodContainer> = {}): PodContainer {
  const { containers } = readPod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: metadataOf('any'),
    spec: spec.template.spec,
  });
  const [container] = containers;
  if (!container) throw new Error('the pod has a container');
  return { ...container, ready: true, state: { kind: 'running' }, ...rest };
}

export function owner(kind: string, name: string): NonNullable<Pod['owner']> {
  return { kind, name, uid: name };
}

function readSome(apiVersion: string, kind: string, name: string): Workload {
  const made = readWorkload({ apiVersion, kind, metadata: metadataOf(name), spec });
  if (!made) throw new Error(`${kind} is a workload`);
  return made;
}
