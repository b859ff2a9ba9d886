import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { ClusterObject } from '../../../../src/domain/kubernetes/clusterObject.ts';
import { readEvent, readNode, readQuota } from '../../../../src/domain/workloads/readClusterFacts.ts';
import { readCronJob } from '../../../../src/domain/workloads/readJob.ts';
import { readPod } from '../../../../src/domain/workloads/readPod.ts';
import {
  readDaemonSet,
  readDeployment,
  readReplicaSet,
  readStatefulSet,
} from '../../../../src/domain/workloads/readReplicated.ts';
import { readWorkload } from '../../../../src/domain/workloads/readWorkload.ts';

const at = '2026-03-01T10:00:00Z';

function object(apiVersion: string, kind: string, fields: object = {}, metadata: object = {}): ClusterObject {
  return {
    apiVersion,
    kind,
    metadata: { name: 'api', namespace: 'shop', uid: 'u', creationTimestamp: at, generation: 2, ...metadata },
    ...fields,
  };
}

describe('reading a workload', () => {
  it('takes counts of a Deployment from its status, and wanted ones from its spec', () => {
    const deployment = readDeployment(
      object(
        'apps/v1',
        'Deployment',
        {
          spec: {
            replicas: 3,
            minReadySeconds: 5,
            selector: { matchLabels: { app: 'api' } },
            template: { spec: { containers: [{ name: 'api', image: 'shop/api:1' }] } },
          },
          status: { observedGeneration: 2, replicas: 4, updatedReplicas: 1, readyReplicas: 3 },
        },
        { annotations: { 'deployment.kubernetes.io/revision': '7' } },
      ),
    );
    const { desired, current, updated, ready, available, minReady, revision } = deployment;
    assert.deepEqual(
      [desired, current, updated, ready, available, minReady, revision],
      [3, 4, 1, 3, 0, 5, '7'],
    );
    assert.equal(deployment.progressDeadline, 600);
    assert.deepEqual(deployment.selector, { app: 'api' });
  });

  it('never takes an object without a status for one its controller has seen', () => {
    const bare = readDeployment(object('apps/v1', 'Deployment', {}, { generation: undefined }));
    assert.ok(bare.observedGeneration < bare.generation);
  });

  it('takes ready for available where a StatefulSet does not tell, as before 1.22', () => {
    const set = (status: object) => readStatefulSet(object('apps/v1', 'StatefulSet', { status })).available;
    assert.equal(set({ readyReplicas: 2 }), 2);
    assert.equal(set({ readyReplicas: 2, availableReplicas: 0 }), 0);
  });

  it('knows by which label the newest pods of a DaemonSet are told', () => {
    const annotations = { 'deprecated.daemonset.template.generation': '4' };
    assert.equal(readDaemonSet(object('apps/v1', 'DaemonSet', {}, { annotations })).templateGeneration, '4');
  });

  it('reads a CronJob of either version', () => {
    for (const version of ['batch/v1', 'batch/v1beta1']) {
      const spec = {
        schedule: '*/5 * * * *',
        jobTemplate: { spec: { template: { spec: { containers: [{ name: 'a', image: 'b' }] } } } },
      };
      const cron = readWorkload(
        object(version, 'CronJob', { spec, status: { active: [{ name: 'api-1' }] } }),
      );
      assert.ok(cron?.kind === 'CronJob');
      assert.deepEqual(
        [cron.schedule, cron.active, cron.template.containers[0]?.image],
        ['*/5 * * * *', ['api-1'], 'b'],
      );
    }
  });

  it('knows kinds by their group as well', () => {
    assert.equal(readWorkload(object('apps/v1', 'Deployment'))?.kind, 'Deployment');
    assert.equal(readWorkload(object('batch/v1', 'Job'))?.kind, 'Job');
    assert.equal(readWorkload(object('example.com/v1', 'Deployment')), undefined);
    assert.equal(readWorkload(object('apps/v1', 'toString')), undefined);
  });

  it('says what a pod cannot start without, and what is optional', () => {
    const spec = {
      serviceAccountName: 'api',
      imagePullSecrets: [{ name: 'pull' }],
      containers: [
        {
          name: 'api',
          envFrom: [{ configMapRef: { name: 'settings', optional: true } }, { secretRef: { name: 'keys' } }],
          env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'a' } } }],
        },
      ],
      volumes: [
        { name: 'a', persistentVolumeClaim: { claimName: 'data' } },
        { name: 'b', projected: { sources: [{ secret: { name: 'token', optional: true } }] } },
      ],
    };
    const { template } = readDeployment(object('apps/v1', 'Deployment', { spec: { template: { spec } } }));
    assert.deepEqual(
      template.needs.map(({ kind, name, optional }) => `${kind} ${name}${optional ? '?' : ''}`),
      [
        'ConfigMap settings',
        'Secret keys',
        'PersistentVolumeClaim data',
        'Secret token?',
        'Secret pull?',
        'ServiceAccount api',
      ],
    );
  });

  it('says what probes ask', () => {
    const spec = {
      containers: [
        {
          name: 'api',
          startupProbe: { exec: { command: ['cat', '/ready'] }, failureThreshold: 30 },
          livenessProbe: { tcpSocket: { port: 5432 } },
          readinessProbe: { httpGet: { path: '/healthz', port: 'http', scheme: 'HTTPS' } },
        },
        { name: 'side', readinessProbe: { grpc: { port: 9000, service: 'shop' } } },
      ],
    };
    const { containers } = readPod(object('v1', 'Pod', { spec }));
    assert.deepEqual(
      containers.flatMap(({ probes }) => probes.map(({ kind, asks }) => `${kind}: ${asks}`)),
      [
        'startup: run cat /ready',
        'liveness: connect :5432',
        'readiness: GET https://:http/healthz',
        'readiness: grpc :9000 shop',
      ],
    );
  });
});

describe('reading a pod', () => {
  it('joins containers with their statuses by name, in the order in which they start', () => {
    const pod = readPod(
      object('v1', 'Pod', {
        spec: {
          nodeName: 'n1',
          initContainers: [
            { name: 'migrate', image: 'shop/migrate:1' },
            { name: 'mesh', image: 'mesh:1', restartPolicy: 'Always' },
          ],
          containers: [
            { name: 'api', image: 'shop/api:1' },
            { name: 'log', image: 'log:1' },
          ],
        },
        status: {
          phase: 'Running',
          conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady' }],
          initContainerStatuses: [
            { name: 'migrate', state: { terminated: { exitCode: 0, reason: 'Completed', finishedAt: at } } },
          ],
          containerStatuses: [
            { name: 'log', ready: true, started: true, state: { running: { startedAt: at } } },
            {
              name: 'api',
              restartCount: 3,
              imageID: `docker-pullable://localhost:5001/shop/api@sha256:${'a'.repeat(64)}`,
              state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s' } },
              lastState: { terminated: { exitCode: 137, signal: 9, reason: 'OOMKilled' } },
            },
          ],
        },
      }),
    );
    assert.deepEqual(
      pod.containers.map(({ name, role, state }) => [name, role, state.kind]),
      [
        ['migrate', 'init', 'ended'],
        ['mesh', 'sidecar', 'waiting'],
        ['api', 'main', 'waiting'],
        ['log', 'main', 'running'],
      ],
    );
    const [, , api] = pod.containers;
    assert.equal(api?.digest, `sha256:${'a'.repeat(64)}`);
    assert.deepEqual([api?.last?.exitCode, api?.last?.signal, api?.last?.reason], [137, 9, 'OOMKilled']);
    assert.deepEqual([pod.ready, pod.node, pod.phase], [false, 'n1', 'Running']);
  });

  it('does not take the engine’s own image id for a digest of a registry', () => {
    const status = { containerStatuses: [{ name: 'api', imageID: `docker://sha256:${'b'.repeat(64)}` }] };
    const pod = readPod(object('v1', 'Pod', { spec: { containers: [{ name: 'api' }] }, status }));
    assert.equal(pod.containers[0]?.digest, undefined);
  });
});

describe('reading an event', () => {
  it('gives the same of the core group and of events.k8s.io', () => {
    const about = {
      kind: 'Pod',
      namespace: 'shop',
      name: 'api-1',
      uid: 'p',
      fieldPath: 'spec.containers{api}',
    };
    const facts = { type: 'Warning', reason: 'BackOff' };
    const last = '2026-03-01T10:05:00Z';
    const core = readEvent(
      object('v1', 'Event', {
        ...facts,
        involvedObject: about,
        message: 'Back-off',
        count: 4,
        firstTimestamp: at,
        lastTimestamp: last,
      }),
    );
    const old = readEvent(
      object('events.k8s.io/v1', 'Event', {
        ...facts,
        regarding: about,
        note: 'Back-off',
        deprecatedCount: 4,
        deprecatedFirstTimestamp: at,
        deprecatedLastTimestamp: last,
      }),
    );
    const series = readEvent(
      object('events.k8s.io/v1', 'Event', {
        ...facts,
        regarding: about,
        note: 'Back-off',
        eventTime: '2026-03-01T10:00:00.000000Z',
        series: { count: 4, lastObservedTime: '2026-03-01T10:05:00.000000Z' },
        deprecatedFirstTimestamp: null,
      }),
    );
    assert.deepEqual(old, core);
    assert.deepEqual(series, core);
    assert.equal(core.about.field, 'spec.containers{api}');
    assert.deepEqual([core.count, core.first, core.last], [4, Date.parse(at), Date.parse(last)]);
  });
});

describe('reading anything', () => {
  it('throws at nothing, whatever is missing or of another shape', () => {
    const readers = [
      readWorkload,
      readDeployment,
      readStatefulSet,
      readDaemonSet,
      readCronJob,
      readReplicaSet,
      readPod,
      readEvent,
      readNode,
      readQuota,
    ];
    const shapes: readonly unknown[] = [undefined, null, 1, 'x', [], [null], [1], {}, { conditions: [null] }];
    const fields = ['spec', 'status', 'involvedObject', 'series', 'metadata'];
    for (const read of readers)
      for (const field of fields)
        for (const shape of shapes) {
          const broken = { ...object('apps/v1', 'Deployment'), [field]: shape } as ClusterObject;
          assert.ok(read(broken), field);
          const deep = { spec: { template: shape, containers: shape, volumes: shape, taints: shape } };
          assert.ok(read({ ...object('batch/v1', 'CronJob'), ...deep } as ClusterObject));
        }
  });

  it('keeps the resources of a quota and the taints of a node', () => {
    const quota = readQuota(
      object('v1', 'ResourceQuota', { status: { hard: { pods: '2' }, used: { pods: 2 } } }),
    );
    assert.deepEqual([quota.hard, quota.used], [{ pods: '2' }, { pods: '2' }]);
    const node = readNode(
      object('v1', 'Node', { spec: { taints: [{ key: 'gpu', effect: 'NoSchedule' }], unschedulable: true } }),
    );
    assert.deepEqual(
      [node.taints, node.unschedulable, node.ready],
      [[{ key: 'gpu', effect: 'NoSchedule' }], true, false],
    );
  });
});
