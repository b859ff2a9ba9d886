import { visibleText } from '../../../domain/text/visibleText.ts';
import type { ClusterContext } from '../../../engine/ports/clusters.ts';
import {
  type ClusterState,
  type ClustersState,
  clustersCondition,
  type OpenedCluster,
} from '../../state/clusters/clustersState.ts';
import type { NodeIcon, TreeNode } from '../treeNode.ts';
import { asOf, countWords, joinWords } from './clusterWords.ts';
import { clusterNodes } from './contextNodes.ts';
import { forwardNodes } from './forwardNodes.ts';
import { warningIcon, workingIcon } from './healthIcons.ts';
import { nodeIds } from './nodeIds.ts';

/**
 * Port-forwards, then the contexts of the kubeconfig: those that environments name first. Empty while a welcome text
 * has more to say.
 */
export function clustersTree(state: ClustersState, now: number): readonly TreeNode[] {
  if (clustersCondition(state) !== 'ready' || state.contexts.kind !== 'read') return [];
  const { contexts, current, missing } = state.contexts.contexts;
  const rank = ({ name }: ClusterContext): number =>
    state.environments.has(name) ? 0 : state.clusters.has(name) ? 1 : name === current ? 2 : 3;
  return [
    ...forwardNodes(state.forwards),
    ...contexts
      .toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
      .map((context) => contextNode(state, context, context.name === current, now)),
    ...missingNodes(missing),
  ];
}

function contextNode(
  state: ClustersState,
  context: ClusterContext,
  isCurrent: boolean,
  now: number,
): TreeNode {
  const { name, server, insecure, user, namespace, file } = context;
  const environments = state.environments.get(name) ?? [];
  const cluster = state.clusters.get(name);
  const standing = describeCluster(cluster, now);
  const locality = cluster?.kind === 'open' ? cluster.cluster.locality : undefined;
  const words = joinWords(
    standing?.words,
    environments.join(', '),
    insecure ? 'certificate not checked' : undefined,
    isCurrent && standing === undefined ? 'current' : undefined,
  );
  return {
    id: nodeIds.context(name),
    label: visibleText(name),
    description: visibleText(words),
    tooltip: visibleText(
      [
        `${name}: ${standing?.details ?? 'not asked yet; open it to look'}`,
        `${server} as ${user}, namespace ${namespace}`,
        ...(insecure ? ["The server's certificate is not checked: insecure-skip-tls-verify is set."] : []),
        ...(environments.length > 0
          ? [`environment${environments.length === 1 ? '' : 's'}: ${environments.join(', ')}`]
          : []),
        ...(isCurrent ? ['what kubectl uses now'] : []),
        ...(locality === undefined ? [] : [localityLine(locality)]),
        file,
      ].join('\n'),
    ),
    icon: standing?.icon ?? { name: 'server' },
    context: `context.${cluster?.kind ?? 'closed'}${locality?.local ? '.local' : ''}`,
    expanded: false,
    children: () => clusterNodes(state, context, cluster, now),
    target: { cluster: { context: name } },
    spoken: visibleText(
      [
        `Cluster ${name}`,
        ...(environments.length > 0 ? [`environment ${environments.join(', ')}`] : []),
        ...(isCurrent ? ['current context'] : []),
        ...(insecure ? ['certificate not checked'] : []),
        standing?.details ?? 'not opened',
        ...(locality === undefined ? [] : [locality.local ? 'local' : 'read only']),
      ].join(', '),
    ),
  };
}

function localityLine(locality: NonNullable<OpenedCluster['locality']>): string {
  return locality.local ? `local: ${locality.because}` : `read only: ${locality.why}`;
}

interface Standing {
  /** For the line. */
  readonly words: string;
  /** For the tooltip and those who listen. */
  readonly details: string;
  readonly icon: NodeIcon;
}

function describeCluster(state: ClusterState | undefined, now: number): Standing | undefined {
  if (state === undefined) return undefined;
  if (state.kind === 'failed')
    return { words: 'cannot be opened', details: state.failure.what, icon: warningIcon };
  const { cluster } = state;
  const { state: feed } = cluster.status;
  const counts = countRows(cluster);
  if (cluster.paused !== undefined && feed.kind === 'live')
    return {
      words: asOf(cluster.paused, now),
      details: `${counts.details}, ${asOf(cluster.paused, now)}`,
      icon: { name: 'server' },
    };
  switch (feed.kind) {
    case 'loading':
      return { words: '', details: cluster.wasRead ? counts.details : 'connecting', icon: workingIcon };
    case 'live':
      return { words: counts.words, details: counts.details, icon: { name: 'server' } };
    case 'stale':
      return cluster.wasRead
        ? {
            words: asOf(feed.since, now),
            details: `${counts.details}, ${asOf(feed.since, now)}`,
            icon: warningIcon,
          }
        : { words: 'not reachable', details: `not reachable: ${feed.failure.what}`, icon: warningIcon };
    case 'denied':
      return { words: 'not allowed', details: feed.failure.what, icon: { name: 'lock' } };
  }
}

function countRows({ rows }: OpenedCluster): { readonly words: string; readonly details: string } {
  let all = 0;
  let unhealthy = 0;
  for (const namespace of rows.namespaces())
    for (const { health } of rows.in(namespace)) {
      all += 1;
      if (health.level === 'unhealthy') unhealthy += 1;
    }
  return {
    words: unhealthy > 0 ? `${unhealthy} unhealthy` : '',
    details: `${countWords(all, 'workload')}, ${unhealthy > 0 ? `${unhealthy} unhealthy` : 'none unhealthy'}`,
  };
}

/** Files that are named and not there explain why a context is missing. */
function missingNodes(missing: readonly string[]): readonly TreeNode[] {
  if (missing.length === 0) return [];
  return [
    {
      id: 'missing files',
      label: `${countWords(missing.length, 'file')} missing`,
      tooltip: visibleText(`KUBECONFIG names files that are not there:\n${missing.join('\n')}`),
      icon: { name: 'info', color: 'notificationsInfoIcon.foreground' },
      context: 'missingFiles',
      target: {},
      spoken: visibleText(`KUBECONFIG names files that are not there: ${missing.join(', ')}`),
    },
  ];
}
