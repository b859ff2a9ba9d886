import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import type { ClusterObject } from '../../../../src/domain/kubernetes/clusterObject.ts';
import type { RolloutEvidence } from '../../../../src/domain/verdict/evidence.ts';
import { judgeRollout } from '../../../../src/domain/verdict/judgeRollout.ts';
import { decisiveness, outlook } from '../../../../src/domain/verdict/outlook.ts';
import type { Verdict } from '../../../../src/domain/verdict/verdict.ts';
import { readEvent, readQuota } from '../../../../src/domain/workloads/readClusterFacts.ts';
import { readPod } from '../../../../src/domain/workloads/readPod.ts';
import { readReplicaSet } from '../../../../src/domain/workloads/readReplicated.ts';
import { readWorkload } from '../../../../src/domain/workloads/readWorkload.ts';
import type { Deployment, Pod, StatefulSet, Workload } from '../../../../src/domain/workloads/workload.ts';

const folder = join(import.meta.dirname, '../../../fixtures/rollouts');

/** Objects of a real cluster as they were at one moment. */
interface Recording {
  readonly now: string;
  readonly workload: ClusterObject;
  readonly replicaSets: readonly ClusterObject[];
  readonly pods: readonly ClusterObject[];
  readonly events: readonly ClusterObject[];
  readonly quotas: readonly ClusterObject[];
  readonly lastLines: Readonly<Record<string, readonly string[]>>;
}

function recorded(name: string): RolloutEvidence {
  const recording: Recording = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  const workload = readWorkload(recording.workload);
  assert.ok(workload);
  return {
    workload,
    replicaSets: recording.replicaSets.map(readReplicaSet),
    pods: recording.pods.map(readPod),
    events: recording.events.map(readEvent),
    quotas: recording.quotas.map(readQuota),
    lastLines: new Map(Object.entries(recording.lastLines)),
    now: Date.parse(recording.now),
  };
}

const expected = [
  ['healthy', 'healthy', undefined, /^healthy is healthy: 1 of 1 pod is ready$/],
  ['badimage', 'failed', 'image-missing', /nothing:1 was not found in its registry$/],
  ['badregistry', 'stuck', 'image-unreachable', /cannot reach the registry of image localhost:5999/],
  [
    'crash',
    'failed',
    'crashed',
    /^crash: main crashes with exit code 3, \d+ restarts?: cannot find the database$/,
  ],
  ['oom', 'failed', 'out-of-memory', /more memory than its limit of 60Mi/],
  [
    'probe',
    'stuck',
    'probe-failing',
    /readiness probe \(GET http:\/\/:8080\/healthz\) fails: .*connection refused$/,
  ],
  ['big', 'stuck', 'unschedulable', /fits no node: not enough cpu \(0\/1 nodes are available/],
  ['nosecret', 'stuck', 'object-missing', /Secret keys does not exist in its namespace$/],
  ['novolume', 'stuck', 'object-missing', /Secret files does not exist in its namespace$/],
  ['nokey', 'stuck', 'object-missing', /^nokey: main cannot start: Secret have has no key missing$/],
  [
    'novolumekey',
    'stuck',
    'object-missing',
    /^novolkey-\S+ cannot start: the Secret of volume d has no key zzz$/,
  ],
  ['exitzero', 'failed', 'crashed', /^exit0: main ends by itself with exit code 0, \d+ restarts$/],
  [
    'root',
    'failed',
    'container-refused',
    /^root: main cannot be started: container has runAsNonRoot and image will run as root$/,
  ],
  [
    'startup',
    'stuck',
    'probe-failing',
    /^startup: main is not ready: its startup probe \(run node -e process\.exit\(4\)\) fails$/,
  ],
  ['noinit', 'stuck', 'init-stuck', /init container wait has run for \d+ s/],
  ['quota', 'stuck', 'quota-exceeded', /quota small is used up/],
  [
    'job',
    'failed',
    'job-failed',
    /^job failed: 1 of its pods failed; the last one: main crashes with exit code 5: bad data$/,
  ],
] as const;

const subjects: Readonly<Record<string, Verdict['subject']>> = {
  badimage: { kind: 'image' },
  badregistry: { kind: 'image' },
  crash: { kind: 'container' },
  oom: { kind: 'resource', side: 'limits', resource: 'memory' },
  probe: { kind: 'probe', probe: 'readiness' },
  big: { kind: 'resource', side: 'requests', resource: 'cpu' },
  nosecret: { kind: 'reference', to: 'Secret', name: 'keys' },
  novolume: { kind: 'reference', to: 'Secret', name: 'files' },
  nokey: { kind: 'reference', to: 'Secret', name: 'have', key: 'missing' },
  novolumekey: { kind: 'volume', name: 'd' },
  exitzero: { kind: 'container' },
  root: { kind: 'container' },
  startup: { kind: 'probe', probe: 'startup' },
  noinit: { kind: 'container' },
  quota: { kind: 'setting', name: 'replicas' },
  job: { kind: 'container' },
};

describe('the verdict on a recorded rollout', () => {
  it('has an expectation for every recording', () => {
    assert.deepEqual(readdirSync(folder).toSorted(), expected.map(([name]) => `${name}.json`).toSorted());
  });

  for (const [name, state, reason, sentence] of expected)
    it(`of ${name} is ${state}${reason ? `, ${reason}` : ''}`, () => {
      const verdict = judgeRollout(recorded(name));
      assert.match(verdict.sentence, sentence);
      assert.equal(verdict.state, state);
      assert.equal(verdict.reason, reason);
      assert.equal(verdict.action === undefined, state === 'healthy');
      assert.deepEqual(verdict.subject, subjects[name]);
    });
});

describe('the verdict', () => {
  const crash = recorded('crash');
  const healthy = recorded('healthy');
  const deployment = healthy.workload as Deployment;
  const on = (changes: Partial<Deployment>, evidence: Partial<RolloutEvidence> = {}) =>
    judgeRollout({ ...healthy, ...evidence, workload: { ...deployment, ...changes } });

  it('is never healthy before the controller counts it so', () => {
    const { generation } = deployment;
    for (const changes of [
      { observedGeneration: generation - 1 },
      { desired: 2 },
      { updated: 0 },
      { current: 2 },
      { available: 0 },
    ])
      assert.equal(on(changes).state, 'progressing', JSON.stringify(changes));
    assert.equal(on({ desired: 0, current: 0, updated: 0, ready: 0, available: 0 }).state, 'healthy');
  });

  it('keeps why it was stuck between two crashes, for the same pod only', () => {
    const before = judgeRollout(crash);
    const [pod] = crash.pods as readonly [Pod];
    const quiet = {
      ...pod,
      containers: pod.containers.map(({ last: _, ...rest }) => ({
        ...rest,
        restarts: 0,
        state: { kind: 'running' as const },
      })),
    };
    const now = { ...crash, pods: [quiet], events: [], before };
    assert.deepEqual(judgeRollout(now), before);
    assert.equal(judgeRollout({ ...now, pods: [{ ...quiet, name: 'another' }] }).state, 'progressing');
  });

  it('says what crashed also while it runs again', () => {
    const [pod] = crash.pods as readonly [Pod];
    const running = {
      ...pod,
      containers: pod.containers.map((one) => ({ ...one, state: { kind: 'running' as const } })),
    };
    assert.equal(judgeRollout({ ...crash, pods: [running] }).reason, 'crashed');
  });

  it('takes nothing for healthy that may be between two crashes, also where no probe asks', () => {
    const [pod] = healthy.pods as readonly [Pod];
    const judgeAfter = (seconds: number, ranBefore: number) => {
      const since = healthy.now - seconds * 1000;
      const last = { exitCode: 3, started: since - ranBefore * 1000, finished: since };
      const restarted = { state: { kind: 'running' as const, since }, restarts: 2, last };
      const containers = pod.containers.map((one) => ({ ...one, ...restarted }));
      return judgeRollout({ ...healthy, pods: [{ ...pod, containers }] });
    };
    assert.equal(judgeAfter(5, 2).reason, 'crashed');
    assert.equal(judgeAfter(15, 2).state, 'healthy');
    assert.equal(judgeAfter(60, 90).reason, 'crashed');
    assert.equal(judgeAfter(91, 90).state, 'healthy');
    // It ran for a day: whatever ended it then says nothing of its start.
    assert.equal(judgeAfter(15, 86_400).state, 'healthy');
  });

  it('takes nothing for healthy that has just started and that no probe asks', () => {
    const [pod] = healthy.pods as readonly [Pod];
    const judgeAfter = (seconds: number, probes: Pod['containers'][number]['probes'] = []) => {
      const state = { kind: 'running' as const, since: healthy.now - seconds * 1000 };
      const containers = pod.containers.map((one) => ({ ...one, state, probes }));
      return judgeRollout({ ...healthy, pods: [{ ...pod, containers }] });
    };
    assert.deepEqual(judgeAfter(9), {
      state: 'progressing',
      sentence:
        'healthy is on its way: 1 of 1 pod is ready; main has just started, and no readiness probe tells whether it works',
    });
    assert.equal(judgeAfter(11).state, 'healthy');
    const asks = { asks: 'TCP :80', failureThreshold: 3 };
    assert.equal(judgeAfter(1, [{ kind: 'readiness', ...asks }]).state, 'healthy');
    assert.equal(judgeAfter(9, [{ kind: 'liveness', ...asks }]).state, 'progressing');
  });

  it('gives a program time to start before it says that it does not answer its probe', () => {
    const probed = recorded('probe');
    const judgeAfter = (seconds: number) => {
      const state = { kind: 'running' as const, since: probed.now - seconds * 1000 };
      const pods = probed.pods.map((pod) => ({
        ...pod,
        containers: pod.containers.map((one) => ({ ...one, state })),
      }));
      return judgeRollout({ ...probed, pods });
    };
    assert.equal(judgeAfter(3).state, 'progressing');
    assert.equal(judgeAfter(10).reason, 'probe-failing');
  });

  it('does not listen to pods of an old revision', () => {
    const [pod] = crash.pods as readonly [Pod];
    const old = { ...pod, owner: { kind: 'ReplicaSet', name: 'old', uid: 'old' } };
    assert.equal(on({ available: 0 }, { pods: [...healthy.pods, old] }).state, 'progressing');
  });

  it('takes a deadline for the reason only where nothing else is one', () => {
    const conditions = [
      { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' },
    ] as const;
    assert.equal(on({ available: 0, conditions }).reason, 'deadline-exceeded');
    const late = { ...(crash.workload as Deployment), conditions };
    assert.equal(judgeRollout({ ...crash, workload: late }).reason, 'crashed');
  });

  it('says that a paused rollout waits for a hand', () => {
    assert.equal(on({ paused: true, updated: 0 }).reason, 'paused');
  });

  it('goes by the rules of StatefulSets', () => {
    const { kind: _, paused: __, progressDeadline: ___, revision: ____, ...rest } = deployment;
    const set: StatefulSet = {
      ...rest,
      kind: 'StatefulSet',
      strategy: 'RollingUpdate',
      partition: 0,
      podManagement: 'OrderedReady',
      desired: 3,
      current: 3,
      updated: 3,
      ready: 3,
      available: 3,
      currentRevision: 'b',
      updateRevision: 'b',
    };
    const judge = (changes: Partial<StatefulSet>) =>
      judgeRollout({ ...healthy, workload: { ...set, ...changes } as Workload, pods: [] }).state;
    assert.equal(judge({}), 'healthy');
    assert.equal(judge({ currentRevision: 'a' }), 'progressing');
    assert.equal(judge({ updated: 2 }), 'progressing');
    assert.equal(judge({ updated: 1, partition: 2, currentRevision: 'a' }), 'healthy');
    assert.equal(judge({ updated: 0, strategy: 'OnDelete', currentRevision: 'a' }), 'healthy');
    assert.equal(judge({ ready: 2 }), 'progressing');
  });

  it('knows which field a refusal and a place on no node are about', () => {
    const quota = recorded('quota');
    const subjectOf = (requested: string, refusal?: string) => {
      const exceeded = `exceeded quota: small, requested: ${requested}, used: 0, limited: 1`;
      const message = `pods "a" is forbidden: ${refusal ?? exceeded}`;
      const conditions = [{ type: 'ReplicaFailure', status: 'True', message }] as const;
      return judgeRollout({ ...quota, workload: { ...(quota.workload as Deployment), conditions } }).subject;
    };
    const memory = { kind: 'resource', resource: 'memory' };
    assert.deepEqual(subjectOf('limits.memory=2Gi'), { ...memory, side: 'limits' });
    assert.deepEqual(subjectOf('requests.memory=2Gi,pods=1'), { ...memory, side: 'requests' });
    assert.deepEqual(subjectOf('memory=2Gi'), { ...memory, side: 'requests' });
    assert.deepEqual(subjectOf('pods=1'), { kind: 'setting', name: 'replicas' });

    const refused = (refusal: string) => subjectOf('', refusal);
    const most = 'maximum memory usage per Container is 100Mi, but limit is 1Gi';
    assert.deepEqual(refused(most), { ...memory, side: 'limits' });
    assert.deepEqual(refused(most.replace('maximum', 'minimum')), { ...memory, side: 'requests' });
    assert.deepEqual(refused('failed quota: rq: must specify limits.memory'), { ...memory, side: 'limits' });
    assert.deepEqual(refused('failed quota: rq: must specify memory'), { ...memory, side: 'requests' });
    assert.equal(refused('a webhook does not like it'), undefined);

    const big = recorded('big');
    const [pod] = big.pods as readonly [Pod];
    const placed = (message: string) => {
      const conditions = [
        { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message },
      ] as const;
      return judgeRollout({ ...big, pods: [{ ...pod, conditions }] }).subject;
    };
    const one = '0/1 nodes are available: 1 node(s)';
    assert.deepEqual(placed(`${one} didn't match node selector.`), { kind: 'placement' });
    assert.deepEqual(placed(`${one} didn't match Pod's node affinity/selector.`), { kind: 'placement' });
    assert.equal(placed(`${one} had taint {a: b}, that the pod didn't tolerate.`), undefined);
  });

  it('shows characters that would hide what it says', () => {
    const lastLines = new Map([...crash.lastLines.keys()].map((key) => [key, ['\u001b[2Jgone']] as const));
    assert.match(judgeRollout({ ...crash, lastLines }).sentence, /\\u\{1b\}\[2Jgone$/);
  });

  it('ranks every reason there is', () => {
    assert.deepEqual([...decisiveness].sort(), Object.keys(outlook).sort());
  });
});
