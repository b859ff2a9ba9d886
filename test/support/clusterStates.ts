import type { ClusterObject } from '../../src/domain/kubernetes/clusterObject.ts';
import { createFindService, type OwnService } from '../../src/domain/workloads/filterWorkloads.ts';
import { readPod } from '../../src/domain/workloads/readPod.ts';
import { readReplicaSet } from '../../src/domain/workloads/readReplicated.ts';
import { readWorkload } from '../../src/domain/workloads/readWorkload.ts';
import type { ClusterContext, ClusterContexts } from '../../src/engine/ports/clusters.ts';
import type { WorkloadsStatus } from '../../src/engine/workloads/followWorkloads.ts';
import { createWorkloadTables, type WorkloadTables } from '../../src/engine/workloads/workloadIndex.ts';
import type { ClustersState, OpenedCluster } from '../../src/vscode/state/clusters/clustersState.ts';
import { createWorkloadRows } from '../../src/vscode/state/clusters/workloadRows.ts';

export function makeContext(name: string, change: Partial<ClusterContext> = {}): ClusterContext {
  return {
    name,
    cluster: name,
    server: `https://${name}.example:6443`,
    authority: undefined,
    insecure: false,
    namespace: 'default',
    user: 'client certificate',
    file: '/home/me/.kube/config',
    ...change,
  };
}

export function makeContexts(
  contexts: readonly ClusterContext[],
  change: Partial<ClusterContexts> = {},
): ClusterContexts {
  return { contexts, current: undefined, files: ['/home/me/.kube/config'], missing: [], ...change };
}

export function makeClustersState(change: Partial<ClustersState> = {}): ClustersState {
  return {
    trusted: true,
    contexts: { kind: 'read', contexts: makeContexts([makeContext('kind-dev')]) },
    clusters: new Map(),
    forwards: [],
    filter: {},
    environments: new Map(),
    ...change,
  };
}

/** Milliseconds since what runs here began. */
const minute = 60_000;

const live: WorkloadsStatus = { state: { kind: 'live', since: 0 }, parts: [], hidden: [] };

export function makeOpened(
  tables: WorkloadTables,
  change: Partial<OpenedCluster> = {},
  services: readonly OwnService[] = [],
): OpenedCluster {
  const rows = createWorkloadRows(tables, createFindService(services), () => minute);
  return { context: 'kind-dev', rows, status: live, wasRead: true, ...change };
}

/** A state in which the cluster `kind-dev` is open. */
export function withOpened(cluster: OpenedCluster, change: Partial<ClustersState> = {}): ClustersState {
  return makeClustersState({
    clusters: new Map([['kind-dev', { kind: 'open', cluster }]]),
    ...change,
  });
}

interface PodOptions {
  readonly ready?: boolean;
  readonly restarts?: number;
  readonly state?: Readonly<Record<string, unknown>>;
  readonly image?: string;
}

/** A Deployment with its ReplicaSet and pods, as a cluster would hold them. */
export function putDeployment(
  tables: WorkloadTables,
  namespace: string,
  name: string,
  pods: readonly PodOptions[],
): void {
  const image = pods[0]?.image ?? `localhost:5001/shop/${name}:main-abc1234-1700000000`;
  const uid = `${namespace}-${name}`;
  const ready = pods.filter((pod) => pod.ready !== false).length;
  const created = '1970-01-01T00:00:00Z';
  const template = { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image }] } };
  const own = (kind: string, owner: string) => [
    {
      apiVersion: 'apps/v1',
      kind,
      name: owner,
      uid: kind === 'Deployment' ? uid : `${uid}-1`,
      controller: true,
    },
  ];
  const deployment: ClusterObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name,
      namespace,
      uid,
      creationTimestamp: created,
      generation: 1,
      annotations: { 'deployment.kubernetes.io/revision': '1' },
    },
    spec: { replicas: pods.length, selector: { matchLabels: { app: name } }, template },
    status: {
      observedGeneration: 1,
      replicas: pods.length,
      updatedReplicas: pods.length,
      readyReplicas: ready,
      availableReplicas: ready,
    },
  };
  const replicaSet: ClusterObject = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-1`,
      namespace,
      uid: `${uid}-1`,
      creationTimestamp: created,
      annotations: { 'deployment.kubernetes.io/revision': '1' },
      ownerReferences: own('Deployment', name),
    },
    spec: { replicas: pods.length },
    status: { replicas: pods.length, readyReplicas: ready },
  };
  const readWhole = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('It cannot be read.');
    return value;
  };
  const known = tables.group(uid);
  const change = <T extends object>(before: T | undefined, after: T) =>
    before ? { before, after } : { after };
  tables.takeWorkloads([change(known?.workload, readWhole(readWorkload(deployment)))]);
  tables.takeReplicaSets([change(known?.replicaSets[0], readWhole(readReplicaSet(replicaSet)))]);
  tables.takePods(
    pods.map((pod, index) => {
      const owner = own('ReplicaSet', `${name}-1`);
      const after = readPod(podObject(namespace, `${name}-1-${index}`, image, pod, owner));
      return change(tables.pod(after.uid), after);
    }),
  );
}

export function podObject(
  namespace: string,
  name: string,
  image: string,
  { ready = true, restarts = 0, state }: PodOptions = {},
  ownerReferences: NonNullable<ClusterObject['metadata']['ownerReferences']> = [],
): ClusterObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      uid: `${namespace}-${name}`,
      creationTimestamp: '1970-01-01T00:00:00Z',
      ownerReferences,
    },
    spec: { containers: [{ name: 'main', image }] },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [
        {
          name: 'main',
          image,
          imageID: `docker-pullable://${image}@sha256:${'0123456789abcdef'.repeat(4)}`,
          ready,
          restartCount: restarts,
          state: state ?? { running: { startedAt: '1970-01-01T00:00:00Z' } },
        },
      ],
    },
  };
}

export function makeTables(): WorkloadTables {
  const tables = createWorkloadTables();
  tables.ownersAreKnown();
  return tables;
}
