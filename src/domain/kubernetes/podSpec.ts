import type { ClusterObject } from './clusterObject.ts';
import { type Fields, fieldsOf } from './objectFields.ts';

/** Where the kinds that make pods have the pod's spec. */
const specPaths: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec'],
  Deployment: ['spec', 'template', 'spec'],
  StatefulSet: ['spec', 'template', 'spec'],
  DaemonSet: ['spec', 'template', 'spec'],
  ReplicaSet: ['spec', 'template', 'spec'],
  ReplicationController: ['spec', 'template', 'spec'],
  Job: ['spec', 'template', 'spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};

/** Keys from the object's root to the spec of its pods; undefined for kinds that make none, and for those of others. */
export function podSpecPath({ apiVersion, kind }: ClusterObject): readonly string[] | undefined {
  const ours = /^(?:v1|apps\/.*|batch\/.*|extensions\/.*)$/.test(apiVersion);
  return ours && Object.hasOwn(specPaths, kind) ? specPaths[kind] : undefined;
}

/** The spec of the pods that an object is or makes; undefined for kinds that make none, and for those of others. */
export function podSpecOf(object: ClusterObject): Fields | undefined {
  return podSpecPath(object)?.reduce<Fields>((at, name) => fieldsOf(at[name]), object);
}

/** The object with another pod spec; as it is where it has none. */
export function withPodSpec(object: ClusterObject, change: (spec: Fields) => Fields): ClusterObject {
  const path = podSpecPath(object);
  return path ? (changeAt(object, path, change) as ClusterObject) : object;
}

function changeAt(value: Fields, path: readonly string[], change: (spec: Fields) => Fields): Fields {
  const [name, ...rest] = path;
  if (name === undefined) return change(value);
  return { ...value, [name]: changeAt(fieldsOf(value[name]), rest, change) };
}
