import { visibleText } from '../../../domain/text/visibleText.ts';
import { healthOfPod } from '../../../domain/workloads/health.ts';
import type { Pod } from '../../../domain/workloads/workload.ts';
import type { PodSource } from '../../../engine/workloads/podSource.ts';
import { openedCluster } from '../../state/clusters/clustersState.ts';
import type { WorkloadRow } from '../../state/clusters/workloadRows.ts';
import { iconOfHealth } from '../../views/clusters/healthIcons.ts';
import type { ClusterTarget, NodeTarget } from '../../views/treeNode.ts';
import type { CommandContext } from '../commandContext.ts';
import { pickOne } from '../pick.ts';

/** A workload or pod on a cluster. */
export type ObjectTarget = ClusterTarget & Required<Pick<ClusterTarget, 'object'>>;

/** The object a command is about: the one pointed at, else the user's choice among the workloads of open clusters. */
export async function chooseObject(
  { clusters, messages }: CommandContext,
  target: NodeTarget | undefined,
  question: string,
  fits: (kind: string) => boolean = () => true,
): Promise<ObjectTarget | undefined> {
  const pointed = target?.cluster;
  if (pointed?.object) {
    if (fits(pointed.object.kind)) return { ...pointed, object: pointed.object };
    messages.refuse(`A ${pointed.object.kind} is not meant here.`);
    return undefined;
  }
  const { state } = clusters.store;
  const contexts = pointed ? [pointed.context] : [...state.clusters.keys()];
  const rows = contexts.flatMap((context) => {
    const cluster = openedCluster(state, context);
    const namespaces = cluster?.rows.namespaces() ?? [];
    return namespaces
      .filter((namespace) => pointed?.namespace === undefined || namespace === pointed.namespace)
      .flatMap((namespace) => cluster?.rows.in(namespace) ?? [])
      .filter(({ workload }) => fits(workload.kind))
      .map((row) => ({ context, row }));
  });
  if (rows.length === 0) {
    messages.refuse('No open cluster has such a workload. Open one in the Clusters view.', [
      { title: 'Show Clusters', run: clusters.focus },
    ]);
    return undefined;
  }
  const ours = rows.toSorted(
    (a, b) => Number(b.row.service !== undefined) - Number(a.row.service !== undefined),
  );
  const chosen = await pickOne(question, ours, ({ context, row }) => ({
    label: `$(${iconOfHealth(row.health).name}) ${visibleText(row.workload.name)}`,
    description: visibleText(`${row.workload.kind} · ${row.workload.namespace} · ${context}`),
    detail: row.health.level === 'unhealthy' ? visibleText(row.health.reason) : '',
  }));
  return chosen && targetOf(chosen.context, chosen.row);
}

function targetOf(context: string, { workload }: WorkloadRow): ObjectTarget {
  const { kind, namespace, name, uid } = workload;
  return { context, namespace, object: { kind, namespace, name, uid } };
}

export function rowOf(
  { clusters }: CommandContext,
  { context, object }: ObjectTarget,
): WorkloadRow | undefined {
  return openedCluster(clusters.store.state, context)?.rows.row(object.uid ?? '');
}

/** Pods of what is pointed at, as far as the view knows them. */
export function podsOf(context: CommandContext, target: ObjectTarget): readonly Pod[] {
  if (target.object.kind !== 'Pod') return rowOf(context, target)?.pods ?? [];
  const pod = openedCluster(context.clusters.store.state, target.context)?.rows.pod(target.object.uid ?? '');
  return pod ? [pod] : [];
}

export function choosePod(
  { clusters }: CommandContext,
  pods: readonly Pod[],
  question: string,
): Promise<Pod | undefined> {
  return pickOne(question, pods, (pod) => ({
    label: visibleText(pod.name),
    description: visibleText(healthOfPod(pod, clusters.now()).reason),
  }));
}

export function sourceOf({ object: { kind, namespace, name } }: ObjectTarget): PodSource {
  return { kind: kind as PodSource['kind'], namespace, name };
}
