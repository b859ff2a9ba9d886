import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import { readCronJob, readJob } from './readJob.ts';
import { readDaemonSet, readDeployment, readStatefulSet } from './readReplicated.ts';
import type { Workload, WorkloadKind } from './workload.ts';

const readers: Readonly<Record<WorkloadKind, (object: ClusterObject) => Workload>> = {
  Deployment: readDeployment,
  StatefulSet: readStatefulSet,
  DaemonSet: readDaemonSet,
  Job: readJob,
  CronJob: readCronJob,
};

/** Undefined for any other kind, and for these names in another group than `apps` and `batch`. */
export function readWorkload(object: ClusterObject): Workload | undefined {
  if (!/^(?:apps|batch)\//.test(object.apiVersion) || !Object.hasOwn(readers, object.kind)) return undefined;
  return readers[object.kind as WorkloadKind](object);
}
