import { createWake } from '../../base/wake.ts';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import { builtInKinds } from '../../domain/kubernetes/builtInKinds.ts';
import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';
import { fieldsOf, specOf, textMapOf } from '../../domain/kubernetes/objectFields.ts';
import type { ResourceKind } from '../../domain/kubernetes/resourceKind.ts';
import { readPod } from '../../domain/workloads/readPod.ts';
import type { Pod } from '../../domain/workloads/workload.ts';
import { byName, deploymentNameOf } from '../../domain/workloads/workloadGroup.ts';
import type { FeedState } from '../feeds/feedState.ts';
import { type Feed, followObjects } from '../feeds/followObjects.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterReads, ObjectQuery } from '../ports/clusters.ts';
import { findKind, placeWords } from './objectPlace.ts';
import type { PodSource } from './podSource.ts';

/** The pods of a source as they are now. */
export interface FollowedPods {
  /** By name, those that are being deleted too. */
  readonly pods: readonly Pod[];
  /** The source's object; undefined once it is gone. */
  readonly object: ClusterObject | undefined;
  /** Resolves, after the signal was aborted, when nothing is under way any more. */
  readonly ended: Promise<unknown>;
}

/**
 * Resolves when the pods have been read once; from then on `onChange` is called when they or the source change, and a
 * cluster that does not answer leaves them as they are. Throws `object-missing`, and what the first lists throw.
 */
export async function followPods(
  connection: { readonly reads: ClusterReads; readonly clock: Clock },
  source: PodSource,
  onChange: () => void,
  signal: AbortSignal,
): Promise<FollowedPods> {
  const { reads } = connection;
  const kind = source.kind === 'Pod' ? builtInKinds.pods : await findKind(reads, source, signal);
  const first = await reads.get(kind, source.namespace, source.name, signal);
  if (!first) throw new TowlineError('object-missing', { why: `There is no ${placeWords(source)}.` });
  const wake = createWake();
  const { namespace } = source;

  function follow<T extends object>(
    one: ResourceKind,
    query: ObjectQuery,
    project: (object: ClusterObject) => T | undefined,
  ): Feed<T> {
    const tell = (): void => {
      wake.call();
      onChange();
    };
    const how = { kind: one, query: { ...query, namespace }, project, onChange: tell, onState: tell };
    return followObjects<T>(connection, how, signal);
  }

  const itself = { fields: `metadata.name=${source.name}` };
  const sources = follow(kind, itself, (object) => object);
  const pods = source.kind === 'Pod' ? undefined : follow(builtInKinds.pods, selects(source, first), readPod);
  const jobs = source.kind === 'CronJob' ? follow(await jobKind(reads, signal), {}, readOwner) : undefined;
  const feeds: readonly Feed<object>[] = [sources, pods, jobs].filter((feed) => feed !== undefined);
  const belongs = (pod: Pod): boolean => {
    const { owner } = pod;
    switch (source.kind) {
      case 'Service':
        return true;
      case 'Deployment':
        return deploymentNameOf(pod) === source.name;
      case 'CronJob':
        return owner !== undefined && jobs?.objects.get(owner.uid)?.owner === source.name;
      default:
        return owner?.kind === source.kind && owner.name === source.name;
    }
  };

  while (!feeds.every(({ state }) => isRead(state))) {
    signal.throwIfAborted();
    await wake.next();
  }
  signal.throwIfAborted();
  return {
    get pods() {
      if (!pods) return [...sources.objects.values()].map(readPod);
      return [...pods.objects.values()].filter(belongs).sort(byName);
    },
    get object() {
      return [...sources.objects.values()][0];
    },
    ended: Promise.all(feeds.map(({ ended }) => ended)),
  };
}

/** Throws what keeps the first list from being read. */
function isRead(state: FeedState): boolean {
  if ('failure' in state) throw new TowlineError(state.failure.code, state.failure);
  return state.kind === 'live';
}

async function jobKind(reads: ClusterReads, signal: AbortSignal): Promise<ResourceKind> {
  return findKind(reads, { kind: 'Job', group: 'batch' }, signal);
}

function readOwner({ metadata }: ClusterObject): { readonly owner: string } | undefined {
  const owner = metadata.ownerReferences?.find(({ kind, controller }) => controller && kind === 'CronJob');
  return owner && { owner: owner.name };
}

/** Which pods to ask for: more than its own where its selector says more than equal labels do. */
function selects(source: PodSource, object: ClusterObject): ObjectQuery {
  const { selector } = specOf(object);
  const labels = textMapOf(source.kind === 'Service' ? selector : fieldsOf(selector).matchLabels);
  const terms = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  if (source.kind === 'Service' && terms.length === 0)
    throw new TowlineError('object-missing', { why: `${placeWords(source)} selects no pods.` });
  if (source.kind === 'CronJob') return { labels: 'job-name' };
  return terms.length === 0 ? {} : { labels: terms.join(',') };
}
