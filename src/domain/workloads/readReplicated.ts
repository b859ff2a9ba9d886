import { present } from '../../base/present.ts';
import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import {
  annotationOf,
  countOf,
  fieldsOf,
  specOf,
  statusOf,
  textMapOf,
  textOf,
} from '../kubernetes/objectFields.ts';
import { readConditions, readIdentity } from './readIdentity.ts';
import { readPodTemplate } from './readPodTemplate.ts';
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from './workload.ts';

const revisionAnnotation = 'deployment.kubernetes.io/revision';

export function readDeployment(object: ClusterObject): Deployment {
  const spec = specOf(object);
  const status = statusOf(object);
  return {
    ...readIdentity(object, 'Deployment'),
    ...readCommon(object),
    desired: countOf(spec.replicas) ?? 1,
    current: countOf(status.replicas) ?? 0,
    updated: countOf(status.updatedReplicas) ?? 0,
    ready: countOf(status.readyReplicas) ?? 0,
    available: countOf(status.availableReplicas) ?? 0,
    paused: spec.paused === true,
    strategy: fieldsOf(spec.strategy).type === 'Recreate' ? 'Recreate' : 'RollingUpdate',
    progressDeadline: countOf(spec.progressDeadlineSeconds) ?? 600,
    ...present({ revision: annotationOf(object, revisionAnnotation) }),
  };
}

export function readStatefulSet(object: ClusterObject): StatefulSet {
  const spec = specOf(object);
  const status = statusOf(object);
  const strategy = fieldsOf(spec.updateStrategy);
  const ready = countOf(status.readyReplicas) ?? 0;
  return {
    ...readIdentity(object, 'StatefulSet'),
    ...readCommon(object),
    desired: countOf(spec.replicas) ?? 1,
    current: countOf(status.replicas) ?? 0,
    updated: countOf(status.updatedReplicas) ?? 0,
    ready,
    // Before 1.22 the API did not tell, and ready was all there was.
    available: countOf(status.availableReplicas) ?? ready,
    strategy: strategy.type === 'OnDelete' ? 'OnDelete' : 'RollingUpdate',
    partition: countOf(fieldsOf(strategy.rollingUpdate).partition) ?? 0,
    podManagement: spec.podManagementPolicy === 'Parallel' ? 'Parallel' : 'OrderedReady',
    ...present({
      currentRevision: textOf(status.currentRevision),
      updateRevision: textOf(status.updateRevision),
    }),
  };
}

export function readDaemonSet(object: ClusterObject): DaemonSet {
  const spec = specOf(object);
  const status = statusOf(object);
  return {
    ...readIdentity(object, 'DaemonSet'),
    ...readCommon(object),
    desired: countOf(status.desiredNumberScheduled) ?? 0,
    current: countOf(status.currentNumberScheduled) ?? 0,
    updated: countOf(status.updatedNumberScheduled) ?? 0,
    ready: countOf(status.numberReady) ?? 0,
    available: countOf(status.numberAvailable) ?? 0,
    strategy: fieldsOf(spec.updateStrategy).type === 'OnDelete' ? 'OnDelete' : 'RollingUpdate',
    ...present({ templateGeneration: annotationOf(object, 'deprecated.daemonset.template.generation') }),
  };
}

export function readReplicaSet(object: ClusterObject): ReplicaSet {
  const spec = specOf(object);
  const status = statusOf(object);
  return {
    ...readIdentity(object, 'ReplicaSet'),
    desired: countOf(spec.replicas) ?? 1,
    current: countOf(status.replicas) ?? 0,
    ready: countOf(status.readyReplicas) ?? 0,
    available: countOf(status.availableReplicas) ?? 0,
    conditions: readConditions(status.conditions),
    ...present({
      revision: annotationOf(object, revisionAnnotation),
      hash: textOf(fieldsOf(fieldsOf(object.metadata).labels)['pod-template-hash']),
    }),
  };
}

function readCommon(object: ClusterObject) {
  const metadata = fieldsOf(object.metadata);
  const spec = specOf(object);
  const status = statusOf(object);
  return {
    labels: textMapOf(metadata.labels),
    // Every object of the API has one; a status without an observed generation was never written.
    generation: countOf(metadata.generation) ?? 1,
    observedGeneration: countOf(status.observedGeneration) ?? 0,
    selector: textMapOf(fieldsOf(spec.selector).matchLabels),
    minReady: countOf(spec.minReadySeconds) ?? 0,
    conditions: readConditions(status.conditions),
    template: readPodTemplate(spec.template),
  };
}
