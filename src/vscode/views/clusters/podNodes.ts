import { visibleText } from '../../../domain/text/visibleText.ts';
import { isProvenAfterCrash, isProvenAfterStart } from '../../../domain/verdict/containerProof.ts';
import { type Health, healthOfPod } from '../../../domain/workloads/health.ts';
import type { ContainerEnd, Pod, PodContainer } from '../../../domain/workloads/workload.ts';
import { readinessOf, restartsOfPod } from '../../../domain/workloads/workloadGroup.ts';
import { formatAge, formatShortAge } from '../formatTime.ts';
import type { ClusterTarget, TreeNode } from '../treeNode.ts';
import { countWords, fewDigits, joinWords, shortImage } from './clusterWords.ts';
import { iconOfHealth } from './healthIcons.ts';
import { nodeIds } from './nodeIds.ts';

/** @param belowDeployment whether the Deployment that it belongs to is the line above */
export function podNode(context: string, pod: Pod, now: number, belowDeployment = false): TreeNode {
  const health = healthOfPod(pod, now);
  const { ready, all } = readinessOf(pod);
  const restarts = restartsOfPod(pod);
  const age = now - pod.created;
  const trouble = health.level === 'healthy' ? undefined : health.reason;
  const { name, revision } = belowDeployment ? shortName(pod) : { name: pod.name, revision: undefined };
  const cluster: ClusterTarget = { context, namespace: pod.namespace, object: placeOf(pod) };
  return {
    id: nodeIds.pod(context, pod.uid),
    label: visibleText(name),
    description: visibleText(
      joinWords(
        `${ready}/${all}`,
        trouble,
        restarts > 0 ? `↻${restarts}` : undefined,
        formatShortAge(age),
        revision,
      ),
    ),
    tooltip: visibleText(
      [
        `Pod ${pod.name} in ${pod.namespace}: ${health.reason}`,
        `${ready} of ${countWords(all, 'container')} ready, ${countWords(restarts, 'restart')}`,
        `started ${formatAge(age)}${pod.node === undefined ? '' : ` on ${pod.node}`}`,
        ...(pod.message === undefined ? [] : [pod.message]),
      ].join('\n'),
    ),
    icon: iconOfHealth(health),
    context: 'pod',
    children: () => pod.containers.map((container) => containerNode(context, pod, container, now)),
    target: { cluster },
    spoken: visibleText(
      `Pod ${pod.name}, ${health.reason}, ${ready} of ${countWords(all, 'container')} ready, ${countWords(restarts, 'restart')}`,
    ),
  };
}

/**
 * A pod of a Deployment begins with the names of that and of its ReplicaSet, which a narrow sidebar has no room for: the
 * line says what is the pod's own, and then the ReplicaSet's hash, by which revisions are told apart.
 */
function shortName({ name, owner }: Pod): { readonly name: string; readonly revision: string | undefined } {
  if (!owner || !name.startsWith(`${owner.name}-`)) return { name, revision: undefined };
  const hash = owner.name.slice(owner.name.lastIndexOf('-') + 1);
  return { name: name.slice(owner.name.length + 1), revision: hash };
}

function placeOf({ kind, namespace, name, uid }: Pod): NonNullable<ClusterTarget['object']> {
  return { kind, namespace, name, uid };
}

function containerNode(context: string, pod: Pod, container: PodContainer, now: number): TreeNode {
  const { name, role, image, digest, restarts } = container;
  const health = healthOfContainer(container, now);
  const digits = digest === undefined ? undefined : fewDigits(digest);
  return {
    id: nodeIds.container(context, pod.uid, name),
    label: visibleText(name),
    description: visibleText(
      joinWords(
        role === 'main' ? undefined : role,
        health.level === 'healthy' ? undefined : health.reason,
        [shortImage(image), digits].filter(Boolean).join(' '),
        restarts > 0 ? `↻${restarts}` : undefined,
      ),
    ),
    tooltip: visibleText(
      [
        `Container ${name}: ${describeState(container, now)}`,
        image,
        ...(digest === undefined ? [] : [digest]),
        ...(container.last ? [`the time before: ${describeEnd(container.last, now)}`] : []),
        ...(container.ports.length === 0
          ? []
          : [
              `ports: ${container.ports.map(({ port, name: named }) => (named ? `${port} (${named})` : port)).join(', ')}`,
            ]),
      ].join('\n'),
    ),
    icon: iconOfHealth(health),
    context: container.state.kind === 'running' ? 'container.running' : 'container',
    target: {
      cluster: { context, namespace: pod.namespace, object: placeOf(pod), container: name, image },
    },
    spoken: visibleText(
      `Container ${name}, ${health.reason}, image ${shortImage(image)}, ${countWords(restarts, 'restart')}`,
    ),
  };
}

function healthOfContainer(container: PodContainer, now: number): Health {
  const { state, ready, role, last } = container;
  switch (state.kind) {
    case 'running':
      if (!isProvenAfterCrash(container, now))
        return { level: 'unhealthy', reason: last?.reason ?? `Exit ${last?.exitCode}` };
      if (ready && !isProvenAfterStart(container, now))
        return { level: 'progressing', reason: 'Just started' };
      return ready || role === 'init' || role === 'debug'
        ? { level: 'healthy', reason: 'Running' }
        : { level: 'progressing', reason: 'Not ready' };
    case 'waiting':
      return state.reason === undefined || /^(ContainerCreating|PodInitializing)$/.test(state.reason)
        ? { level: 'progressing', reason: state.reason ?? 'Waiting' }
        : { level: 'unhealthy', reason: state.reason };
    case 'ended':
      return state.exitCode === 0
        ? { level: 'idle', reason: 'Completed' }
        : { level: 'unhealthy', reason: state.reason ?? `Exit ${state.exitCode}` };
  }
}

function describeState({ state }: PodContainer, now: number): string {
  switch (state.kind) {
    case 'running':
      return state.since === undefined ? 'running' : `running since ${formatAge(now - state.since)}`;
    case 'waiting':
      return [`waiting${state.reason === undefined ? '' : `: ${state.reason}`}`, state.message]
        .filter((part) => part !== undefined)
        .join('\n');
    case 'ended':
      return describeEnd(state, now);
  }
}

function describeEnd({ exitCode, signal, reason, message, finished }: ContainerEnd, now: number): string {
  const when = finished === undefined ? '' : ` ${formatAge(now - finished)}`;
  const first = `ended${when} with exit code ${exitCode}${signal === undefined ? '' : `, signal ${signal}`}${reason === undefined ? '' : ` (${reason})`}`;
  return message === undefined ? first : `${first}\n${message}`;
}
