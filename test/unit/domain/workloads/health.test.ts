import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { nextProof } from '../../../../src/domain/verdict/containerProof.ts';
import { type Health, healthOfPod, healthOfWorkload } from '../../../../src/domain/workloads/health.ts';
import type { ContainerEnd, Pod, PodContainer, Workload } from '../../../../src/domain/workloads/workload.ts';
import type { WorkloadGroup } from '../../../../src/domain/workloads/workloadGroup.ts';
import {
  makeContainer,
  makeCronJob,
  makeDaemonSet,
  makeDeployment,
  makeJob,
  makePod,
  makeStatefulSet,
  owner,
} from '../../../support/clusterValues.ts';

const show = ({ level, reason }: Health) => `${level}: ${reason}`;
const group = (workload: Workload, rest: Partial<WorkloadGroup> = {}): WorkloadGroup => ({
  workload,
  replicaSets: [],
  jobs: [],
  pods: [],
  ...rest,
});
const waiting = (reason?: string): Partial<PodContainer> => ({
  ready: false,
  state: { kind: 'waiting', ...(reason === undefined ? {} : { reason }) },
});
const ended = (exitCode: number, rest: Partial<ContainerEnd> = {}): Partial<PodContainer> => ({
  ready: false,
  state: { kind: 'ended', exitCode, ...rest },
});
const condition = (type: string, status: 'True' | 'False', reason?: string) => ({
  type,
  status,
  ...(reason === undefined ? {} : { reason }),
});
const pod = (container: Partial<PodContainer>, rest: Partial<Pod> = {}) =>
  makePod({ ready: false, containers: [makeContainer(container)], ...rest });

describe('the health of a pod', () => {
  for (const [what, one, expected] of [
    ['that runs and is ready', makePod(), 'healthy: Running'],
    ['that has ended well', makePod({ phase: 'Succeeded', ready: false }), 'idle: Completed'],
    ['that was evicted', makePod({ phase: 'Failed', reason: 'Evicted' }), 'unhealthy: Evicted'],
    ['whose container ended badly', pod(ended(3), { phase: 'Failed' }), 'unhealthy: Exit 3'],
    ['that failed without a word', pod({}, { phase: 'Failed' }), 'unhealthy: Failed'],
    ['that is being deleted', makePod({ deleting: 1 }), 'progressing: Terminating'],
    [
      'that fits no node',
      pod(waiting(), { phase: 'Pending', conditions: [condition('PodScheduled', 'False', 'Unschedulable')] }),
      'unhealthy: Unschedulable',
    ],
    ['whose image is not there', pod(waiting('ImagePullBackOff')), 'unhealthy: ImagePullBackOff'],
    [
      'that starts',
      pod(waiting('ContainerCreating'), { phase: 'Pending' }),
      'progressing: ContainerCreating',
    ],
    ['that nobody has begun', pod(waiting(), { phase: 'Pending' }), 'progressing: Pending'],
    ['that crashes', pod(waiting('CrashLoopBackOff')), 'unhealthy: CrashLoopBackOff'],
    ['that was killed for memory', pod(ended(137, { reason: 'OOMKilled' })), 'unhealthy: OOMKilled'],
    ['that ends well again and again', pod({ ...ended(0), restarts: 2 }), 'unhealthy: Completed'],
    [
      'whose init container crashes',
      pod({ role: 'init', ...waiting('CrashLoopBackOff') }),
      'unhealthy: Init:CrashLoopBackOff',
    ],
    [
      'whose init containers run',
      makePod({
        ready: false,
        phase: 'Pending',
        containers: [
          makeContainer({ role: 'init', ...ended(0) }),
          makeContainer({ role: 'init' }),
          makeContainer(waiting('PodInitializing')),
        ],
      }),
      'progressing: Init 1 of 2',
    ],
    ['whose probe does not pass', pod({ ready: false }), 'progressing: Not ready'],
    ['whose node does not answer', pod({}, { phase: 'Unknown', reason: 'NodeLost' }), 'unhealthy: NodeLost'],
  ] as const)
    it(`${what} is ${expected}`, () => assert.equal(show(healthOfPod(one, 0)), expected));
});

describe('the health of what runs again after a crash', () => {
  const last = { exitCode: 1, reason: 'OOMKilled', started: 0, finished: 20_000 };
  const again = makePod({
    containers: [makeContainer({ state: { kind: 'running', since: 30_000 }, restarts: 1, last })],
  });
  const one = group(makeDeployment(), { pods: [again] });

  it('is what ended it, until it has run for longer than before', () => {
    for (const now of [31_000, 50_000]) {
      assert.equal(show(healthOfPod(again, now)), 'unhealthy: OOMKilled');
      assert.equal(show(healthOfWorkload(one, now)), 'unhealthy: OOMKilled');
    }
    assert.equal(show(healthOfPod(again, 50_001)), 'healthy: Running');
    assert.equal(show(healthOfWorkload(one, 50_001)), 'healthy: 2 of 2 ready');
  });

  it('says when that is', () => {
    assert.equal(nextProof([again], 31_000), 50_000);
    assert.equal(nextProof([again], 50_001), undefined);
    assert.equal(nextProof([makePod()], 0), undefined);
  });
});

describe('the health of what has just started', () => {
  const state = { kind: 'running', since: 30_000 } as const;
  const probe = (kind: 'startup' | 'liveness' | 'readiness') => ({
    kind,
    asks: 'TCP :80',
    failureThreshold: 3,
  });
  const fresh = (rest: Partial<PodContainer> = {}) =>
    makePod({ containers: [makeContainer({ state, ...rest })] });
  const one = (pods: readonly Pod[]) => group(makeDeployment(), { pods });

  it('is not known until it has run for a while, where no probe asks whether it works', () => {
    for (const pod of [fresh(), fresh({ probes: [probe('liveness')] }), fresh({ role: 'sidecar' })])
      for (const now of [30_000, 40_000]) {
        assert.equal(show(healthOfPod(pod, now)), 'progressing: Just started');
        assert.equal(show(healthOfWorkload(one([pod]), now)), 'progressing: 2 of 2 ready, just started');
        assert.equal(nextProof([pod], now), 40_000);
      }
    assert.equal(show(healthOfPod(fresh(), 40_001)), 'healthy: Running');
    assert.equal(show(healthOfWorkload(one([fresh()]), 40_001)), 'healthy: 2 of 2 ready');
    assert.equal(nextProof([fresh()], 40_001), undefined);
  });

  it('is what the cluster says where a probe asks, or a clock far ahead of ours tells nothing', () => {
    for (const [pod, now] of [
      [fresh({ probes: [probe('readiness')] }), 30_000],
      [fresh({ probes: [probe('startup')] }), 30_000],
      [fresh({ role: 'debug' }), 30_000],
      [fresh(), 19_000],
    ] as const) {
      assert.equal(show(healthOfPod(pod, now)), 'healthy: Running');
      assert.equal(show(healthOfWorkload(one([pod]), now)), 'healthy: 2 of 2 ready');
    }
    assert.equal(show(healthOfPod(fresh(), 20_000)), 'progressing: Just started');
  });

  it('does not matter in a pod that goes', () => {
    const going = makePod({ containers: [makeContainer({ state })], deleting: 30_000 });
    assert.equal(show(healthOfWorkload(one([going]), 31_000)), 'healthy: 2 of 2 ready');
  });
});

describe('the health of a workload', () => {
  const complete = makeJob({ conditions: [condition('Complete', 'True')] });
  const failed = makeJob({ conditions: [condition('Failed', 'True', 'BackoffLimitExceeded')] });

  for (const [what, one, expected] of [
    ['a Deployment that is well', group(makeDeployment()), 'healthy: 2 of 2 ready'],
    ['one that starts', group(makeDeployment({ ready: 1, available: 1 })), 'progressing: 1 of 2 ready'],
    [
      'one that its controller has not looked at',
      group(makeDeployment({ generation: 2 })),
      'progressing: its controller has not seen the change yet',
    ],
    ['one with pods of before', group(makeDeployment({ current: 3 })), 'progressing: 1 old pod has to end'],
    [
      'one whose pods are not ready for long enough',
      group(makeDeployment({ available: 1 })),
      'progressing: 1 of 2 pods are available',
    ],
    [
      'one that is scaled to nothing',
      group(makeDeployment({ desired: 0, current: 0, updated: 0, ready: 0, available: 0 })),
      'idle: Scaled to 0',
    ],
    [
      'one that is paused halfway',
      group(makeDeployment({ paused: true, updated: 1 })),
      'idle: Paused, 1 of 2 updated',
    ],
    [
      'one that does not get on',
      group(makeDeployment({ conditions: [condition('Progressing', 'False', 'ProgressDeadlineExceeded')] })),
      'unhealthy: ProgressDeadlineExceeded',
    ],
    [
      'one that gets no pods',
      group(makeDeployment({ ready: 0, conditions: [condition('ReplicaFailure', 'True', 'FailedCreate')] })),
      'unhealthy: FailedCreate',
    ],
    [
      'one of whose pods crashes, beside one that is well',
      group(makeDeployment(), { pods: [makePod(), pod(waiting('CrashLoopBackOff'))] }),
      'unhealthy: CrashLoopBackOff',
    ],
    [
      'one whose sick pod is on its way out',
      group(makeDeployment(), { pods: [pod(waiting('CrashLoopBackOff'), { deleting: 1 })] }),
      'healthy: 2 of 2 ready',
    ],
    [
      'a StatefulSet that is updated',
      group(makeStatefulSet({ updated: 1 })),
      'progressing: 1 of 2 pods are of the new revision',
    ],
    [
      'one that is to be updated in part',
      group(makeStatefulSet({ updated: 1, partition: 1 })),
      'healthy: 2 of 2 ready',
    ],
    [
      'one that is updated by hand',
      group(makeStatefulSet({ updated: 0, strategy: 'OnDelete' })),
      'healthy: 2 of 2 ready',
    ],
    [
      'a DaemonSet without nodes',
      group(makeDaemonSet({ desired: 0, updated: 0, ready: 0, available: 0 })),
      'idle: No node to run on',
    ],
    ['a Job that is done', group(complete), 'idle: Complete'],
    ['a Job that failed', group(failed), 'unhealthy: BackoffLimitExceeded'],
    [
      'a Job that tries again',
      group(makeJob({ failed: 1 }), { pods: [pod(ended(1), { phase: 'Failed' })] }),
      'progressing: 0 of 1 done, 1 failed',
    ],
    [
      'a Job that cannot start',
      group(makeJob(), { pods: [pod(waiting('ErrImagePull'))] }),
      'unhealthy: ErrImagePull',
    ],
    ['a Job that is suspended', group(makeJob({ suspended: true })), 'idle: Suspended'],
    ['a CronJob that has not run yet', group(makeCronJob()), 'idle: 0 3 * * *'],
    ['a CronJob that ran well', group(makeCronJob(), { jobs: [complete, failed] }), 'healthy: 0 3 * * *'],
    [
      'a CronJob that failed last',
      group(makeCronJob(), { jobs: [failed, complete] }),
      'unhealthy: BackoffLimitExceeded',
    ],
    [
      'a CronJob of which a Job of before failed',
      group(makeCronJob(), {
        jobs: [makeJob({ name: 'new' }), makeJob({ name: 'old' })],
        pods: [pod(waiting('ErrImagePull'), { owner: owner('Job', 'old') })],
      }),
      'progressing: 0 of 1 done',
    ],
    ['a CronJob that is suspended', group(makeCronJob({ suspended: true })), 'idle: Suspended'],
  ] as const)
    it(`${what} is ${expected}`, () => assert.equal(show(healthOfWorkload(one, 0)), expected));
});
