import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { ClusterObject } from '../../src/domain/kubernetes/clusterObject.ts';
import { apiVersionOf, type ResourceKind } from '../../src/domain/kubernetes/resourceKind.ts';
import type { Clusters, ClusterWrites } from '../../src/engine/ports/clusters.ts';
import { startControlPlane } from '../lab/cluster.ts';
import { proofOf } from '../support/clusterContract.ts';
import { fakeKinds } from '../support/fakeKinds.ts';

const { namespaces, serviceAccounts, deployments, replicaSets, pods } = fakeKinds;
const { signal } = new AbortController();

/** Writes that are under way at the same time. */
const writers = 8;

/** Pods that nothing runs, with all that a real one has to say, on a control plane of their own. */
export interface HollowCluster {
  readonly podCount: number;
  /** Deployments with one pod each, for what happens to a single one. */
  readonly singles: readonly string[];
  /** Changes pods for so long, milliseconds, at so many a second; how many were really made in a second. */
  change(rate: number, duration: number): Promise<number>;
  /** Makes the one pod of a Deployment crash; resolves with when that was asked for, milliseconds since the epoch. */
  crash(name: string): Promise<number>;
}

interface Shape {
  readonly namespaces: number;
  readonly deployments: number;
  readonly pods: number;
  readonly singles: number;
}

interface HollowPod {
  readonly namespace: string;
  readonly name: string;
  changes: number;
}

/** Objects in one transaction of the store, which takes 128 at most. */
const together = 50;
/** The Deployment that is made by the API server; nothing else has its name in it. */
const model = 'service-model';

interface StoredObject {
  readonly kind: ResourceKind;
  readonly object: ClusterObject;
}

/** Puts objects into the API server's store beside what it stored itself. */
async function put(store: string, objects: readonly StoredObject[]): Promise<void> {
  for (let from = 0; from < objects.length; from += together) {
    const success = objects.slice(from, from + together).map(({ kind, object }) => {
      const { namespace, name } = object.metadata;
      const key = Buffer.from(`/registry/${kind.plural}/${namespace}/${name}`).toString('base64');
      return { requestPut: { key, value: Buffer.from(JSON.stringify(object)).toString('base64') } };
    });
    const answer = await fetch(`${store}/v3/kv/txn`, { method: 'POST', body: JSON.stringify({ success }) });
    if (!answer.ok) throw new Error(`the store answered ${answer.status}: ${await answer.text()}`);
  }
}

/** Another Deployment with its ReplicaSet and pods, which differ from the model's in nothing but their names. */
function copyModel(
  models: Readonly<Record<'deployment' | 'set' | 'pod', StoredObject>>,
  namespace: string,
  app: string,
  own: readonly HollowPod[],
): readonly StoredObject[] {
  const uids = new Map(
    [models.deployment, models.set].map(({ object }) => [object.metadata.uid ?? '', randomUUID()]),
  );
  const copy = ({ kind, object }: StoredObject, named: { readonly name?: string; readonly uid?: string }) => {
    let text = JSON.stringify(object).replaceAll(model, app);
    for (const [before, after] of uids) text = text.replaceAll(before, after);
    const copied = JSON.parse(text) as ClusterObject;
    const { resourceVersion: _, ...metadata } = copied.metadata;
    return { kind, object: { ...copied, metadata: { ...metadata, namespace, ...named } } };
  };
  return [
    copy(models.deployment, {}),
    copy(models.set, {}),
    ...own.map(({ name }) => copy(models.pod, { name, uid: randomUUID() })),
  ];
}

/**
 * Objects alone: neither controllers nor a scheduler nor nodes work on what is measured. The API server makes one
 * Deployment; the others are copies in its store, as ten thousand requests would take minutes.
 */
export async function fillHollowCluster(
  clusters: Clusters,
  store: string,
  shape: Shape,
): Promise<HollowCluster> {
  const context = clusters.readContexts().current ?? '';
  const writes = clusters.openForWriting(proofOf(clusters, context));
  const all: HollowPod[] = [];
  const singles = Array.from({ length: shape.singles }, (_, index) => `single-${index}`);

  for (let space = 0; space < shape.namespaces; space += 1) {
    const namespace = `shop-${space}`;
    await writes.create(objectOf(namespaces, { name: namespace }), namespaces, signal);
    await writes.create(objectOf(serviceAccounts, { name: 'default', namespace }), serviceAccounts, signal);
  }
  const models = await createModel(writes);
  const deploy = async (namespace: string, app: string, replicas: number): Promise<void> => {
    const own = Array.from({ length: replicas }, (_, index) => hollowPod(namespace, app, index));
    all.push(...own);
    await put(store, copyModel(models, namespace, app, own));
  };
  all.push(hollowPod('shop-0', model, 0));
  for (let index = 0; index < shape.deployments; index += 1)
    await deploy(`shop-${index % shape.namespaces}`, `service-${index}`, shape.pods / shape.deployments);
  for (const name of singles) await deploy('shop-0', name, 1);

  return {
    podCount: all.length,
    singles,
    async change(rate, duration) {
      const many = all.filter(({ name }) => !name.startsWith('single-'));
      const underWay = new Set<Promise<void>>();
      const began = performance.now();
      let made = 0;
      for (let asked = 0; performance.now() - began < duration; asked += 1) {
        const ahead = (asked * 1000) / rate - (performance.now() - began);
        if (ahead > 5) await wait(ahead);
        if (underWay.size >= writers * 4) await Promise.race(underWay);
        const pod = many[(asked * 7919) % many.length];
        if (!pod) break;
        pod.changes += 1;
        const change = setStatus(writes, pod, statusOf(pod)).then(() => {
          made += 1;
          underWay.delete(change);
        });
        underWay.add(change);
      }
      const rateMade = (made * 1000) / (performance.now() - began);
      await Promise.all(underWay);
      return rateMade;
    },
    async crash(name) {
      const pod = all.find((one) => one.name.startsWith(`${name}-`));
      if (!pod) throw new Error(`there is no pod of ${name}`);
      pod.changes += 1;
      const asked = Date.now();
      await setStatus(
        writes,
        pod,
        statusOf(pod, { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } }),
      );
      return asked;
    },
  };
}

function hollowPod(namespace: string, app: string, index: number): HollowPod {
  return { namespace, name: `${app}-5d4f8c7b9-${index.toString(36).padStart(5, 'x')}`, changes: 0 };
}

/** A control plane without what would change the objects by itself. */
export async function startHollowControlPlane(): ReturnType<typeof startControlPlane> {
  const cluster = await startControlPlane({ install: false, say: () => undefined });
  const folder = join(cluster.kubeconfig, '..', 'pid');
  const endOne = (name: string): void => {
    try {
      process.kill(Number(readFileSync(join(folder, name), 'utf8')));
    } catch {
      // It has ended already.
    }
  };
  for (const name of ['kcm', 'scheduler']) endOne(name);
  const endAll = (): void => {
    for (const name of ['apiserver', 'etcd']) endOne(name);
  };
  // Also when somebody ends the benchmark in the middle.
  process.once('exit', endAll);
  return {
    ...cluster,
    async stop() {
      process.off('exit', endAll);
      await cluster.stop();
    },
  };
}

function objectOf(kind: ResourceKind, metadata: { readonly name: string; readonly namespace?: string }) {
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata };
}

async function createModel(writes: ClusterWrites) {
  const namespace = 'shop-0';
  const labels = { app: model };
  const template = { metadata: { labels }, spec: podSpec(model) };
  const spec = { replicas: 1, selector: { matchLabels: labels }, template };
  const deployment = await writes.create(
    { ...objectOf(deployments, { name: model, namespace }), spec },
    deployments,
    signal,
  );
  const metadata = {
    name: `${model}-5d4f8c7b9`,
    namespace,
    labels: { ...labels, 'pod-template-hash': '5d4f8c7b9' },
    ownerReferences: [ownerOf('Deployment', model, deployment.metadata.uid)],
  };
  const set = await writes.create(
    { ...objectOf(replicaSets, metadata), metadata, spec },
    replicaSets,
    signal,
  );
  const first = hollowPod(namespace, model, 0);
  await writes.create(
    podObject(first, model, ownerOf('ReplicaSet', metadata.name, set.metadata.uid)),
    pods,
    signal,
  );
  const pod = await setStatus(writes, first, statusOf(first));
  return {
    deployment: { kind: deployments, object: deployment },
    set: { kind: replicaSets, object: set },
    pod: { kind: pods, object: pod },
  };
}

function ownerOf(kind: string, name: string, uid = '') {
  return { apiVersion: 'apps/v1', kind, name, uid, controller: true, blockOwnerDeletion: true };
}

function podObject({ namespace, name }: HollowPod, app: string, owner: ReturnType<typeof ownerOf>) {
  const labels = { app, 'app.kubernetes.io/part-of': 'shop', 'pod-template-hash': '5d4f8c7b9' };
  return {
    ...objectOf(pods, { name, namespace }),
    metadata: { name, namespace, labels, ownerReferences: [owner] },
    spec: { ...podSpec(app), nodeName: `node-${name.length % 7}` },
  };
}

function podSpec(app: string) {
  const probe = { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 10 };
  return {
    automountServiceAccountToken: false,
    containers: [
      {
        name: 'app',
        image: `registry.example/shop/${app}:main-1a2b3c4-1700000000`,
        ports: [{ containerPort: 8080, name: 'http' }],
        env: [
          { name: 'LEVEL', value: 'info' },
          { name: 'DATABASE', valueFrom: { secretKeyRef: { name: app, key: 'database' } } },
        ],
        resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
        readinessProbe: probe,
        livenessProbe: probe,
      },
    ],
  };
}

/** Of a pod that runs and has been changed so often; every other change it is not ready. */
function statusOf({ name, changes }: HollowPod, state: object = { running: { startedAt: at(0) } }) {
  const ready = changes % 2 === 0 && 'running' in state;
  const condition = (type: string, isTrue = true) => ({
    type,
    status: isTrue ? 'True' : 'False',
    lastTransitionTime: at(changes),
  });
  return {
    phase: 'Running',
    podIP: `10.1.${name.length}.7`,
    startTime: at(0),
    conditions: [
      condition('Initialized'),
      condition('Ready', ready),
      condition('ContainersReady', ready),
      condition('PodScheduled'),
    ],
    containerStatuses: [
      {
        name: 'app',
        image: 'registry.example/shop/app:main-1a2b3c4-1700000000',
        imageID: `docker-pullable://registry.example/shop/app@sha256:${'5'.repeat(64)}`,
        containerID: `docker://${'c'.repeat(64)}`,
        ready,
        started: true,
        restartCount: 'running' in state ? 0 : 5,
        state,
        lastState:
          'running' in state ? {} : { terminated: { exitCode: 1, reason: 'Error', finishedAt: at(1) } },
      },
    ],
  };
}

function at(minute: number): string {
  return new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString().replace('.000', '');
}

async function setStatus(
  writes: ClusterWrites,
  { namespace, name }: HollowPod,
  status: object,
): Promise<ClusterObject> {
  return writes.patch(
    { kind: pods, namespace, name, subresource: 'status' },
    { status },
    { fieldManager: 'kubelet' },
    signal,
  );
}
