import { present } from '../../base/present.ts';
import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import {
  countOf,
  fieldsOf,
  listOf,
  specOf,
  statusOf,
  textMapOf,
  textOf,
  timeOf,
} from '../kubernetes/objectFields.ts';
import { readConditions } from './readIdentity.ts';
import type { ClusterEvent, NodeFacts, ResourceQuota } from './workload.ts';

/** Of the core group and of `events.k8s.io`: the same event has other field names in each. */
export function readEvent(object: ClusterObject): ClusterEvent {
  const metadata = fieldsOf(object.metadata);
  const about = fieldsOf(object.involvedObject ?? object.regarding);
  const series = fieldsOf(object.series);
  const made = timeOf(object.eventTime) ?? timeOf(metadata.creationTimestamp) ?? 0;
  const first = timeOf(object.firstTimestamp) ?? timeOf(object.deprecatedFirstTimestamp) ?? made;
  return {
    uid: textOf(metadata.uid) ?? '',
    about: {
      kind: textOf(about.kind) ?? '',
      namespace: textOf(about.namespace) ?? '',
      name: textOf(about.name) ?? '',
      uid: textOf(about.uid) ?? '',
      ...present({ field: textOf(about.fieldPath) }),
    },
    type: object.type === 'Warning' ? 'Warning' : 'Normal',
    reason: textOf(object.reason) ?? '',
    message: textOf(object.message) ?? textOf(object.note) ?? '',
    count: countOf(series.count) ?? countOf(object.count) ?? countOf(object.deprecatedCount) ?? 1,
    first,
    last:
      timeOf(series.lastObservedTime) ??
      timeOf(object.lastTimestamp) ??
      timeOf(object.deprecatedLastTimestamp) ??
      first,
  };
}

export function readNode(object: ClusterObject): NodeFacts {
  const metadata = fieldsOf(object.metadata);
  const spec = specOf(object);
  const status = statusOf(object);
  const conditions = readConditions(status.conditions);
  return {
    name: textOf(metadata.name) ?? '',
    ready: conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True'),
    unschedulable: spec.unschedulable === true,
    conditions,
    taints: listOf(spec.taints).map(({ key, value, effect }) => ({
      key: textOf(key) ?? '',
      effect: textOf(effect) ?? '',
      ...present({ value: textOf(value) }),
    })),
    labels: textMapOf(metadata.labels),
    allocatable: textMapOf(status.allocatable),
  };
}

export function readQuota(object: ClusterObject): ResourceQuota {
  const metadata = fieldsOf(object.metadata);
  const status = statusOf(object);
  return {
    namespace: textOf(metadata.namespace) ?? '',
    name: textOf(metadata.name) ?? '',
    hard: textMapOf(status.hard ?? specOf(object).hard),
    used: textMapOf(status.used),
  };
}
