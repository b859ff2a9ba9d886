import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';
import type { ResourceKind } from '../../domain/kubernetes/resourceKind.ts';
import { readEvent, readNode, readQuota } from '../../domain/workloads/readClusterFacts.ts';
import { readPod } from '../../domain/workloads/readPod.ts';
import { readReplicaSet } from '../../domain/workloads/readReplicated.ts';
import { readWorkload } from '../../domain/workloads/readWorkload.ts';
import { type ClusterEvent, workloadKinds } from '../../domain/workloads/workload.ts';
import type { ObjectChange } from '../feeds/objectTable.ts';
import type { ClusterReads } from '../ports/clusters.ts';
import type { Sharing } from './shareParts.ts';
import type { WorkloadTables } from './workloadIndex.ts';

/** One kind that is followed, and what becomes of its objects. */
export interface FeedPlan {
  readonly kind: string;
  readonly resource: ResourceKind | ((signal: AbortSignal) => Promise<ResourceKind>);
  readonly fields?: string;
  /** `owner`: pods belong to it; `fact`: it makes verdicts better, and is done without where it may not be read. */
  readonly role: 'owner' | 'pod' | 'fact';
  project(object: ClusterObject): object | undefined;
  take(changes: readonly ObjectChange<object>[]): void;
}

function resource(group: string, kind: string, plural: string, namespaced = true): ResourceKind {
  return { group, version: 'v1', kind, plural, namespaced };
}

const owningKinds: ReadonlySet<string> = new Set([...workloadKinds, 'Pod', 'ReplicaSet']);

/** Kinds of a view of workloads; the smaller and deciding ones first, as they are asked for in this order. */
export function planFeeds(
  reads: ClusterReads,
  tables: WorkloadTables,
  { share }: Sharing,
): readonly FeedPlan[] {
  function plan<T extends object>(
    role: FeedPlan['role'],
    kind: ResourceKind,
    project: (object: ClusterObject) => T | undefined,
    take: (changes: readonly ObjectChange<T>[]) => void,
    how: Partial<Pick<FeedPlan, 'resource' | 'fields'>> = {},
  ): FeedPlan {
    return {
      kind: kind.kind,
      resource: kind,
      role,
      project: (object) => {
        const kept = project(object);
        return kept && share(kept);
      },
      take: (changes) => take(changes as readonly ObjectChange<T>[]),
      ...how,
    };
  }

  const workloads = (kind: ResourceKind, how?: Partial<Pick<FeedPlan, 'resource'>>): FeedPlan =>
    plan('owner', kind, readWorkload, tables.takeWorkloads, how);
  const cronJobs = resource('batch', 'CronJob', 'cronjobs');
  return [
    workloads(resource('apps', 'Deployment', 'deployments')),
    workloads(resource('apps', 'StatefulSet', 'statefulsets')),
    workloads(resource('apps', 'DaemonSet', 'daemonsets')),
    workloads(resource('batch', 'Job', 'jobs')),
    workloads(cronJobs, { resource: (signal) => findServed(reads, cronJobs, signal) }),
    plan('owner', resource('apps', 'ReplicaSet', 'replicasets'), readReplicaSet, tables.takeReplicaSets),
    plan('pod', resource('', 'Pod', 'pods'), readPod, tables.takePods),
    plan('fact', resource('', 'Event', 'events'), readOwnEvent, tables.takeEvents, {
      fields: 'type=Warning',
    }),
    plan('fact', resource('', 'ResourceQuota', 'resourcequotas'), readQuota, tables.takeQuotas),
    plan('fact', resource('', 'Node', 'nodes', false), readNode, tables.takeNodes),
  ];
}

function readOwnEvent(object: ClusterObject): ClusterEvent | undefined {
  const event = readEvent(object);
  return owningKinds.has(event.about.kind) ? event : undefined;
}

/** The version in which a kind is served, which was another before Kubernetes 1.21. */
async function findServed(
  reads: ClusterReads,
  wanted: ResourceKind,
  signal: AbortSignal,
): Promise<ResourceKind> {
  const { kinds } = await reads.discover(signal);
  const served = kinds.find(({ group, plural }) => group === wanted.group && plural === wanted.plural);
  if (!served)
    throw new TowlineError('object-missing', {
      why: `${reads.context.name} does not serve ${wanted.plural}.`,
    });
  return served;
}
