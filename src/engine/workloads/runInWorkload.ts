import { TowlineError } from '../../domain/errors/towlineError.ts';
import { builtInKinds } from '../../domain/kubernetes/builtInKinds.ts';
import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';
import {
  annotationOf,
  fieldsOf,
  listOf,
  specOf,
  statusOf,
  textOf,
} from '../../domain/kubernetes/objectFields.ts';
import type { Workload } from '../../domain/workloads/workload.ts';
import type { LocalClusters } from '../locality/localClusters.ts';
import { requireLocal } from '../locality/requireLocal.ts';
import type { ClusterReads, Clusters, ExecStreams, PodPlace } from '../ports/clusters.ts';
import { findWorkload } from '../rollouts/findWorkload.ts';

export interface ProgramRequest {
  /** `api`, `deployment/api`, `pod/api-6d4f-x7k2p` */
  readonly workload: string;
  /** kubeconfig context; never the current one by itself, because a program changes things. */
  readonly context: string;
  /** The context's own when absent. */
  readonly namespace?: string;
  /** The pod's default one when absent. */
  readonly container?: string;
  readonly command: readonly [string, ...string[]];
  readonly tty: boolean;
}

/** Where a program runs. */
export type ProgramPlace = PodPlace & { readonly container: string };

/**
 * Runs a program in a container of a workload to its end; its exit code. `onPlace` hears where before it starts. Throws
 * `cluster-not-local` before anything is asked of a cluster that is not proven local, `context-unknown`,
 * `workload-unknown`, `object-missing` where no container of it runs, and as ClusterWrites does.
 */
export async function runInWorkload(
  { clusters, localClusters }: { readonly clusters: Clusters; readonly localClusters: LocalClusters },
  request: ProgramRequest,
  streams: ExecStreams,
  onPlace: (place: ProgramPlace) => void,
  signal: AbortSignal,
): Promise<number> {
  const { context, command, tty } = request;
  const reads = clusters.connect(context);
  let place: ProgramPlace;
  try {
    await requireLocal(localClusters, context, signal);
    place = await findContainer(reads, request, signal);
  } finally {
    reads.dispose();
  }
  onPlace(place);
  return localClusters.openWrites(context).exec(place, command, { tty }, streams, signal);
}

async function findContainer(
  reads: ClusterReads,
  { workload: words, namespace = reads.context.namespace, container: wanted }: ProgramRequest,
  signal: AbortSignal,
): Promise<ProgramPlace> {
  const pod = await findPod(reads, namespace, words, wanted, signal);
  const containers = listOf(specOf(pod).containers).map(({ name }) => textOf(name) ?? '');
  const standard = annotationOf(pod, 'kubectl.kubernetes.io/default-container');
  const container = wanted ?? standard ?? containers[0] ?? '';
  if (!containers.includes(container))
    throw new TowlineError('object-missing', {
      why: `pod ${pod.metadata.name} has no container ${container}`,
      next: `It has ${containers.join(', ')}.`,
    });
  return { namespace, pod: pod.metadata.name, container };
}

/** The pod that is meant, or the first of a workload that is ready, else in which that container runs. */
async function findPod(
  reads: ClusterReads,
  namespace: string,
  words: string,
  container: string | undefined,
  signal: AbortSignal,
): Promise<ClusterObject> {
  const named = /^(?:pods?|po)\/(.+)$/i.exec(words)?.[1];
  if (named !== undefined) {
    const pod = await reads.get(builtInKinds.pods, namespace, named, signal);
    if (pod) return pod;
    throw new TowlineError('object-missing', { why: `namespace ${namespace} has no pod ${named}` });
  }
  const { workload } = await findWorkload(reads, namespace, words, signal);
  const labels = selectorOf(workload);
  const { items } = await reads.list(builtInKinds.pods, { namespace, labels }, { limit: 500 }, signal);
  const running = items.filter(
    (pod) => pod.metadata.deletionTimestamp === undefined && runsContainer(pod, container),
  );
  const chosen = running.find(isReady) ?? running[0];
  if (chosen) return chosen;
  throw new TowlineError('object-missing', {
    why: noneRuns(`${workload.kind} ${workload.name}`, items.length, container),
    next: `\`towline verdict ${words}\` says why.`,
  });
}

function noneRuns(owner: string, pods: number, container: string | undefined): string {
  if (pods === 0) return `${owner} has no pods`;
  return container === undefined
    ? `none of the ${pods} pods of ${owner} runs`
    : `container ${container} runs in none of the ${pods} pods of ${owner}`;
}

/** Whether that container runs; any of them where none is meant, or the pod has none by that name. */
function runsContainer(pod: ClusterObject, container: string | undefined): boolean {
  const statuses = listOf(statusOf(pod).containerStatuses);
  const meant = statuses.filter(({ name }) => name === container);
  return (meant.length > 0 ? meant : statuses).some(({ state }) => fieldsOf(state).running !== undefined);
}

function selectorOf(workload: Workload): string {
  if (workload.kind === 'CronJob')
    throw new TowlineError('workload-unknown', {
      why: `CronJob ${workload.name} makes Jobs, and those make pods.`,
      next: 'Name one of its Jobs or pods: `job/…`, `pod/…`.',
    });
  if (workload.kind === 'Job') return `job-name=${workload.name}`;
  return Object.entries(workload.selector)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}

function isReady(pod: ClusterObject): boolean {
  return listOf(statusOf(pod).conditions).some(({ type, status }) => type === 'Ready' && status === 'True');
}
