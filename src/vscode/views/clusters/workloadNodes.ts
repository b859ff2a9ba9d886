import { visibleText } from '../../../domain/text/visibleText.ts';
import type { Workload } from '../../../domain/workloads/workload.ts';
import { restartsOf } from '../../../domain/workloads/workloadGroup.ts';
import { ids } from '../../ids.ts';
import type { OpenedCluster } from '../../state/clusters/clustersState.ts';
import type { WorkloadRow } from '../../state/clusters/workloadRows.ts';
import { formatAge, formatShortAge } from '../formatTime.ts';
import type { ClusterTarget, TreeNode } from '../treeNode.ts';
import { countWords, joinWords, shortImage } from './clusterWords.ts';
import { iconOfHealth } from './healthIcons.ts';
import { nodeIds } from './nodeIds.ts';
import { podNode } from './podNodes.ts';

export function workloadNode(cluster: OpenedCluster, row: WorkloadRow, now: number): TreeNode {
  const { context } = cluster;
  const { workload, health, service, pods } = row;
  const { kind, namespace, name, uid } = workload;
  const restarts = restartsOf(pods);
  const counts = readiness(workload);
  const image = workload.template.containers.find(({ role }) => role === 'main')?.image;
  const age = now - workload.created;
  // "1 of 2 ready" says what the counts say already.
  const reason =
    health.level === 'healthy' || (counts !== undefined && / ready$/.test(health.reason))
      ? undefined
      : health.reason;
  const target: ClusterTarget = {
    context,
    namespace,
    object: { kind, namespace, name, uid },
    ...(image === undefined ? {} : { image }),
  };
  const needsWords = health.level === 'unhealthy' || health.level === 'progressing';
  return {
    id: nodeIds.workload(context, uid),
    label: visibleText(name),
    description: visibleText(
      joinWords(
        counts,
        reason,
        restarts > 0 ? `↻${restarts}` : undefined,
        kind === 'Deployment' ? undefined : kind,
        image === undefined ? undefined : shortImage(image),
        formatShortAge(age),
      ),
    ),
    tooltip: visibleText(
      [
        `${kind} ${name} in ${namespace}: ${health.reason}`,
        ...(needsWords ? verdictLines(cluster, uid, now) : []),
        ...workload.template.containers.map((container) => container.image),
        `${countWords(pods.length, 'pod')}, ${countWords(restarts, 'restart')}, made ${formatAge(age)}`,
        ...(service === undefined ? [] : [`runs this workspace's service ${service}`]),
      ].join('\n'),
    ),
    icon: iconOfHealth(health),
    context: `workload.${kind}${service === undefined ? '' : '.ours'}`,
    expanded: false,
    children: () => [
      ...(needsWords ? verdictNodes(cluster, row, target, now) : []),
      ...pods.map((pod) => podNode(context, pod, now, kind === 'Deployment')),
    ],
    target: { cluster: target },
    spoken: visibleText(
      [
        `${kind} ${name}`,
        ...(service === undefined ? [] : [`service ${service} of this workspace`]),
        health.reason,
        countWords(restarts, 'restart'),
        ...(image === undefined ? [] : [`image ${shortImage(image)}`]),
      ].join(', '),
    ),
  };
}

function readiness(workload: Workload): string | undefined {
  return workload.kind === 'Job' || workload.kind === 'CronJob'
    ? undefined
    : `${workload.ready}/${workload.desired}`;
}

function verdictLines({ rows }: OpenedCluster, uid: string, now: number): readonly string[] {
  const verdict = rows.verdict(uid, now);
  if (!verdict) return [];
  return [verdict.sentence, ...(verdict.action === undefined ? [] : [`→ ${verdict.action}`])];
}

/** Why it is not healthy, in one sentence, with what to do below it. */
function verdictNodes(
  { context, rows }: OpenedCluster,
  { workload: { uid }, service }: WorkloadRow,
  target: ClusterTarget,
  now: number,
): readonly TreeNode[] {
  const verdict = rows.verdict(uid, now);
  if (!verdict || verdict.state === 'healthy') return [];
  const { sentence, action, state } = verdict;
  return [
    {
      id: nodeIds.verdict(context, uid),
      // A word for the eye, and a sentence that a narrow sidebar may cut.
      label: 'Why',
      description: visibleText(withoutName(sentence, target)),
      tooltip: visibleText(action === undefined ? sentence : `${sentence}\n→ ${action}`),
      icon:
        state === 'progressing'
          ? { name: 'info', color: 'notificationsInfoIcon.foreground' }
          : { name: 'lightbulb', color: 'list.warningForeground' },
      context: service === undefined ? 'verdict' : 'verdict.ours',
      target: { cluster: target },
      command: ids.commands.showVerdict,
      spoken: visibleText(`Why: ${sentence}${action === undefined ? '' : `. ${action}`}`),
    },
  ];
}

/** The line above says whose it is. */
function withoutName(sentence: string, { object }: ClusterTarget): string {
  const prefix = `${object?.name}: `;
  return sentence.startsWith(prefix) ? sentence.slice(prefix.length) : sentence;
}
