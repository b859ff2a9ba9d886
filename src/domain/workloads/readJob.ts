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
import { readConditions, readIdentity } from './readIdentity.ts';
import { readPodTemplate } from './readPodTemplate.ts';
import type { CronJob, Job } from './workload.ts';

export function readJob(object: ClusterObject): Job {
  const metadata = fieldsOf(object.metadata);
  const spec = specOf(object);
  const status = statusOf(object);
  return {
    ...readIdentity(object, 'Job'),
    labels: textMapOf(metadata.labels),
    generation: countOf(metadata.generation) ?? 1,
    conditions: readConditions(status.conditions),
    template: readPodTemplate(spec.template),
    selector: textMapOf(fieldsOf(spec.selector).matchLabels),
    suspended: spec.suspend === true,
    parallelism: countOf(spec.parallelism) ?? 1,
    backoffLimit: countOf(spec.backoffLimit) ?? 6,
    active: countOf(status.active) ?? 0,
    succeeded: countOf(status.succeeded) ?? 0,
    failed: countOf(status.failed) ?? 0,
    ...present({
      completions: countOf(spec.completions),
      deadline: countOf(spec.activeDeadlineSeconds),
      started: timeOf(status.startTime),
      finished: timeOf(status.completionTime),
    }),
  };
}

/** Of `batch/v1` and of `batch/v1beta1` before it. */
export function readCronJob(object: ClusterObject): CronJob {
  const metadata = fieldsOf(object.metadata);
  const spec = specOf(object);
  const status = statusOf(object);
  return {
    ...readIdentity(object, 'CronJob'),
    labels: textMapOf(metadata.labels),
    generation: countOf(metadata.generation) ?? 1,
    conditions: readConditions(status.conditions),
    template: readPodTemplate(fieldsOf(fieldsOf(spec.jobTemplate).spec).template),
    suspended: spec.suspend === true,
    schedule: textOf(spec.schedule) ?? '',
    active: listOf(status.active).flatMap(({ name }) => textOf(name) ?? []),
    ...present({
      lastScheduled: timeOf(status.lastScheduleTime),
      lastSucceeded: timeOf(status.lastSuccessfulTime),
    }),
  };
}
