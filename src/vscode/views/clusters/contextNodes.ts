import type { Failure } from '../../../domain/errors/towlineError.ts';
import { visibleText } from '../../../domain/text/visibleText.ts';
import { passesFilter, type WorkloadFilter } from '../../../domain/workloads/filterWorkloads.ts';
import { healthOfPod } from '../../../domain/workloads/health.ts';
import type { Pod } from '../../../domain/workloads/workload.ts';
import type { ClusterContext } from '../../../engine/ports/clusters.ts';
import type { HiddenPart } from '../../../engine/workloads/followedPart.ts';
import { ids } from '../../ids.ts';
import {
  type ClusterState,
  type ClustersState,
  isFiltered,
  type OpenedCluster,
} from '../../state/clusters/clustersState.ts';
import type { WorkloadRow } from '../../state/clusters/workloadRows.ts';
import type { TreeNode } from '../treeNode.ts';
import { againIn, asOf, capital, countWords, joinWords } from './clusterWords.ts';
import { warningIcon, workingIcon } from './healthIcons.ts';
import { nodeIds } from './nodeIds.ts';
import { podNode } from './podNodes.ts';
import { workloadNode } from './workloadNodes.ts';

/** What is below a context: how it stands where that is not well, what is hidden, and its namespaces. */
export function clusterNodes(
  { filter }: ClustersState,
  context: ClusterContext,
  state: ClusterState | undefined,
  now: number,
): readonly TreeNode[] {
  if (state === undefined) return [workingNode(context.name, 'Connecting…')];
  if (state.kind === 'failed') return [failureNode(context.name, state.failure, undefined, now)];
  const { cluster } = state;
  const namespaces = namespaceNodes(cluster, context, filter, now);
  const standing = standingNodes(cluster, now);
  return [
    ...standing,
    ...hiddenNodes(
      cluster,
      cluster.status.hidden.filter(({ namespace }) => namespace === undefined),
      nodeIds.context(context.name),
    ),
    ...namespaces,
    ...(namespaces.length > 0 || standing.length > 0 ? [] : [emptyNode(context.name, filter)]),
  ];
}

function standingNodes(cluster: OpenedCluster, now: number): readonly TreeNode[] {
  const { context, status, wasRead, rows } = cluster;
  const feed = status.state;
  switch (feed.kind) {
    case 'live':
      return [];
    case 'loading':
      return wasRead
        ? []
        : [
            workingNode(
              context,
              rows.podCount > 0 ? `Reading… ${countWords(rows.podCount, 'pod')}` : 'Connecting…',
            ),
          ];
    case 'stale':
      return [
        wasRead
          ? staleNode(context, feed.failure, feed.since, feed.nextTry, now)
          : failureNode(context, feed.failure, feed.nextTry, now),
      ];
    case 'denied':
      return [failureNode(context, feed.failure, feed.nextTry, now)];
  }
}

function workingNode(context: string, label: string): TreeNode {
  return {
    id: `working ${context}`,
    label,
    icon: workingIcon,
    context: 'working',
    target: { cluster: { context } },
    spoken: label,
  };
}

function failureNode(
  context: string,
  { what, why, next }: Failure,
  nextTry: number | undefined,
  now: number,
): TreeNode {
  const again = nextTry === undefined ? undefined : againIn(nextTry, now);
  return {
    id: `failure ${context}`,
    label: what,
    description: visibleText(joinWords(again, why.split('\n')[0])),
    tooltip: visibleText(`${what}: ${why}\n${next}`),
    icon: warningIcon,
    context: 'clusterFailure',
    target: { cluster: { context } },
    command: ids.commands.retryCluster,
    spoken: visibleText(`${what}: ${why}. ${again === undefined ? '' : `${again}. `}Tries again now.`),
  };
}

function staleNode(
  context: string,
  { what, why, next }: Failure,
  since: number,
  nextTry: number,
  now: number,
): TreeNode {
  return {
    id: `stale ${context}`,
    label: capital(asOf(since, now)),
    description: joinWords(againIn(nextTry, now), what),
    tooltip: visibleText(
      `What is shown was true ${asOf(since, now).replace('as of ', '')}.\n${what}: ${why}\n${next}`,
    ),
    icon: warningIcon,
    context: 'clusterStale',
    target: { cluster: { context } },
    command: ids.commands.retryCluster,
    spoken: visibleText(`${capital(asOf(since, now))}. ${what}: ${why}. Tries again now.`),
  };
}

function hiddenNodes(
  { context }: OpenedCluster,
  hidden: readonly HiddenPart[],
  parent: string,
): readonly TreeNode[] {
  if (hidden.length === 0) return [];
  const kinds = [...new Set(hidden.map(({ kind }) => kind))];
  return [
    {
      id: `hidden ${parent}`,
      label: 'Hidden from you',
      description: visibleText(kinds.join(', ')),
      tooltip: visibleText(
        [
          'You may not see everything here:',
          ...hidden.map(({ kind, namespace, failure }) =>
            [kind, namespace === undefined ? '' : ` in ${namespace}`, `: ${failure.why}`].join(''),
          ),
        ].join('\n'),
      ),
      icon: { name: 'lock' },
      context: 'hidden',
      target: { cluster: { context } },
      spoken: visibleText(`Hidden from you: ${kinds.join(', ')}`),
    },
  ];
}

function emptyNode(context: string, filter: WorkloadFilter): TreeNode {
  const filtered = isFiltered(filter);
  const label = filtered ? 'Nothing passes the filter' : 'No workloads';
  return {
    id: `empty ${context}`,
    label,
    icon: { name: filtered ? 'filter' : 'info' },
    context: filtered ? 'filteredOut' : 'empty',
    target: { cluster: { context } },
    ...(filtered ? { command: ids.commands.clearClusterFilter } : {}),
    spoken: filtered ? `${label}. Clears it.` : label,
  };
}

interface Shown {
  readonly namespace: string;
  readonly rows: readonly WorkloadRow[];
  readonly loose: readonly Pod[];
}

function namespaceNodes(
  cluster: OpenedCluster,
  { namespace: own }: ClusterContext,
  filter: WorkloadFilter,
  now: number,
): readonly TreeNode[] {
  const { rows, status } = cluster;
  const hidden = new Set(status.hidden.flatMap(({ namespace }) => namespace ?? []));
  const shown = [...new Set([...rows.namespaces(), ...hidden])]
    .filter((namespace) => filter.namespaces?.includes(namespace) ?? true)
    .map(
      (namespace): Shown => ({
        namespace,
        rows: rows.in(namespace).filter((row) => passesFilter(row, filter, () => row.service, now)),
        loose: rows.loosePods(namespace).filter((pod) => passesAsPod(pod, filter, now)),
      }),
    )
    .filter(
      ({ namespace, rows: found, loose }) =>
        found.length + loose.length > 0 || (hidden.has(namespace) && !isFiltered(filter)),
    );
  const rank = ({ namespace, rows: found }: Shown): number =>
    found.some(({ service }) => service !== undefined) ? 0 : namespace === own ? 1 : 2;
  return shown
    .toSorted((a, b) => rank(a) - rank(b) || (a.namespace < b.namespace ? -1 : 1))
    .map((each, _, all) => namespaceNode(cluster, each, all.length === 1 || rank(each) === 0, now));
}

function passesAsPod(pod: Pod, { text, onlyUnhealthy, onlyOurs }: WorkloadFilter, now: number): boolean {
  if (onlyOurs) return false;
  if (onlyUnhealthy && healthOfPod(pod, now).level !== 'unhealthy') return false;
  const wanted = text?.toLowerCase();
  return (
    wanted === undefined ||
    [pod.name, pod.namespace, ...pod.containers.map(({ image }) => image)].some((value) =>
      value.toLowerCase().includes(wanted),
    )
  );
}

function namespaceNode(
  cluster: OpenedCluster,
  { namespace, rows, loose }: Shown,
  expanded: boolean,
  now: number,
): TreeNode {
  const { context, status } = cluster;
  const unhealthy =
    rows.filter(({ health }) => health.level === 'unhealthy').length +
    loose.filter((pod) => healthOfPod(pod, now).level === 'unhealthy').length;
  const count = rows.length + loose.length;
  const id = nodeIds.namespace(context, namespace);
  return {
    id,
    label: visibleText(namespace),
    description: joinWords(String(count), unhealthy > 0 ? `${unhealthy} unhealthy` : undefined),
    tooltip: visibleText(
      [
        `Namespace ${namespace}: ${countWords(rows.length, 'workload')}`,
        ...(loose.length > 0 ? [`${countWords(loose.length, 'pod')} without a workload`] : []),
        ...(unhealthy > 0 ? [`${unhealthy} unhealthy`] : []),
      ].join('\n'),
    ),
    icon: { name: 'symbol-namespace' },
    context: 'namespace',
    expanded,
    children: () => [
      ...hiddenNodes(
        cluster,
        status.hidden.filter((part) => part.namespace === namespace),
        id,
      ),
      ...rows.map((row) => workloadNode(cluster, row, now)),
      ...loose.map((pod) => podNode(context, pod, now)),
    ],
    target: { cluster: { context, namespace } },
    spoken: visibleText(
      `Namespace ${namespace}, ${countWords(count, 'workload')}${unhealthy > 0 ? `, ${unhealthy} unhealthy` : ''}`,
    ),
  };
}
