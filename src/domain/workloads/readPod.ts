import { present } from '../../base/present.ts';
import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import {
  countOf,
  type Fields,
  fieldsOf,
  listOf,
  specOf,
  statusOf,
  textMapOf,
  textOf,
  textsOf,
  timeOf,
} from '../kubernetes/objectFields.ts';
import { readConditions, readIdentity } from './readIdentity.ts';
import { readNeeds } from './readNeeds.ts';
import { readContainers } from './readPodTemplate.ts';
import type { ContainerEnd, ContainerTemplate, Pod, PodContainer } from './workload.ts';

const none: readonly string[] = [];
const phases: ReadonlySet<unknown> = new Set<Pod['phase']>(['Pending', 'Running', 'Succeeded', 'Failed']);

export function readPod(object: ClusterObject): Pod {
  const metadata = fieldsOf(object.metadata);
  const spec = specOf(object);
  const status = statusOf(object);
  const conditions = readConditions(status.conditions);
  const gates = listOf(spec.readinessGates);
  const finalizers = textsOf(metadata.finalizers);
  return {
    ...readIdentity(object, 'Pod'),
    labels: textMapOf(metadata.labels),
    phase: phaseOf(status.phase),
    ready: conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True'),
    conditions,
    containers: joinStatuses(readContainers(spec), status),
    needs: readNeeds(spec),
    readinessGates:
      gates.length === 0 ? none : gates.flatMap(({ conditionType }) => textOf(conditionType) ?? []),
    finalizers: finalizers.length === 0 ? none : finalizers,
    ...present({
      reason: textOf(status.reason),
      message: textOf(status.message),
      node: textOf(spec.nodeName),
    }),
  };
}

function phaseOf(phase: unknown): Pod['phase'] {
  if (phase === undefined) return 'Pending';
  return phases.has(phase) ? (phase as Pod['phase']) : 'Unknown';
}

function joinStatuses(templates: readonly ContainerTemplate[], status: Fields): readonly PodContainer[] {
  const statuses = new Map<unknown, Fields>();
  for (const list of ['initContainerStatuses', 'containerStatuses', 'ephemeralContainerStatuses'])
    for (const one of listOf(status[list])) statuses.set(one.name, one);
  return templates.map((template) => ({ ...template, ...readStatus(statuses.get(template.name) ?? {}) }));
}

type ContainerStatus = Omit<PodContainer, keyof ContainerTemplate>;

function readStatus(status: Fields): ContainerStatus {
  const ended = fieldsOf(status.lastState).terminated;
  return {
    ready: status.ready === true,
    restarts: countOf(status.restartCount) ?? 0,
    state: readState(fieldsOf(status.state)),
    ...present({
      digest: registryDigestOf(status.imageID),
      started: typeof status.started === 'boolean' ? status.started : undefined,
      last: ended === undefined || ended === null ? undefined : readEnd(fieldsOf(ended)),
    }),
  };
}

function readState({ waiting, running, terminated }: Fields): PodContainer['state'] {
  if (terminated) return { kind: 'ended', ...readEnd(fieldsOf(terminated)) };
  if (running) return { kind: 'running', ...present({ since: timeOf(fieldsOf(running).startedAt) }) };
  const { reason, message } = fieldsOf(waiting);
  return { kind: 'waiting', ...present({ reason: textOf(reason), message: textOf(message) }) };
}

function readEnd(ended: Fields): ContainerEnd {
  return {
    exitCode: typeof ended.exitCode === 'number' ? ended.exitCode : 0,
    ...present({
      signal: countOf(ended.signal),
      reason: textOf(ended.reason),
      message: textOf(ended.message),
      started: timeOf(ended.startedAt),
      finished: timeOf(ended.finishedAt),
    }),
  };
}

/** Of `docker-pullable://host/name@sha256:…` and `host/name@sha256:…`; what has no `@` is the engine's own id. */
function registryDigestOf(imageId: unknown): string | undefined {
  return /@(sha\d+:[0-9a-f]+)$/.exec(textOf(imageId) ?? '')?.[1];
}
