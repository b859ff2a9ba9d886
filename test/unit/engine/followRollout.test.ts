import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import type { ErrorCode } from '../../../src/domain/errors/errorCatalogue.ts';
import type { ClusterObject } from '../../../src/domain/kubernetes/clusterObject.ts';
import type { Verdict } from '../../../src/domain/verdict/verdict.ts';
import type { Clock } from '../../../src/engine/ports/clock.ts';
import { followVerdict } from '../../../src/engine/rollouts/followVerdict.ts';
import { clusterError, createFakeClusters } from '../../support/fakeClusters.ts';
import { fakeKinds } from '../../support/fakeKinds.ts';
import { createManualClock } from '../../support/manualClock.ts';

const recording = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../../fixtures/rollouts/${name}.json`), 'utf8'));

const kindOf: Readonly<Record<string, (typeof fakeKinds)[keyof typeof fakeKinds]>> = {
  Deployment: fakeKinds.deployments,
  Pod: fakeKinds.pods,
  Job: fakeKinds.jobs,
};
const replicaSets = {
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  namespaced: true,
};
const events = { group: '', version: 'v1', kind: 'Event', plural: 'events', namespaced: true };

/** Waits end at once, or with the signal; those for nothing in particular only with the signal. */
const clock: Clock = {
  now: () => Date.parse('2026-11-24T04:41:00Z'),
  random: () => 0,
  async wait(milliseconds, signal) {
    signal.throwIfAborted();
    if (milliseconds < 1000) return;
    await new Promise((_, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
    );
  },
};

function openFake(name: string) {
  const clusters = createFakeClusters();
  const cluster = clusters.cluster('lab');
  const recorded = recording(name);
  const store = (object: ClusterObject) => {
    const { resourceVersion: _, ...metadata } = object.metadata;
    const kind = kindOf[object.kind] ?? (object.kind === 'Event' ? events : replicaSets);
    cluster.objects.store(kind, { ...object, metadata });
  };
  for (const object of [recorded.workload, ...recorded.replicaSets, ...recorded.pods, ...recorded.events])
    store(object);
  return { clusters, cluster, store, recorded };
}

describe('following a verdict', () => {
  const request = { context: 'lab', namespace: 'verdict-a' };

  async function first(from: AsyncIterable<Verdict>): Promise<Verdict | undefined> {
    for await (const verdict of from) return verdict;
    return undefined;
  }

  it('says what stands now, reads the log of what crashed once, and lets every watch go', async () => {
    const { clusters, cluster, recorded } = openFake('crash');
    const [pod] = recorded.pods;
    const place = { namespace: 'verdict-a', pod: pod.metadata.name, container: 'main' };
    cluster.writeLog(place, 'cannot find the database\n');
    cluster.writeLog({ ...place, previous: true }, 'cannot find the database\n');
    cluster.endLog(place);
    const { signal } = new AbortController();
    const verdict = await first(
      followVerdict({ clusters, clock }, { ...request, workload: 'crash' }, signal),
    );
    assert.equal(verdict?.reason, 'crashed');
    assert.deepEqual(verdict?.lastLines, ['cannot find the database']);
    assert.equal(cluster.watches.length, 0);
  });

  it('says it again when it changes, and ends when the workload is gone', async () => {
    const { clusters, cluster, store, recorded } = openFake('healthy');
    const { signal } = new AbortController();
    const states: string[] = [];
    for await (const { state } of followVerdict(
      { clusters, clock },
      { ...request, workload: 'deployment/healthy' },
      signal,
    )) {
      states.push(state);
      const { workload } = recorded;
      if (states.length === 1)
        store({ ...workload, status: { ...workload.status, availableReplicas: 0, readyReplicas: 0 } });
      else cluster.objects.remove(fakeKinds.deployments, 'verdict-a', 'healthy');
    }
    assert.deepEqual(states, ['healthy', 'progressing']);
  });

  it('waits for what has just started, and looks again as soon as it has run for long enough', async () => {
    const { clusters, store, recorded } = openFake('healthy');
    const manual = createManualClock({ start: clock.now() });
    const [pod] = recorded.pods;
    const [container] = pod.status.containerStatuses;
    const startedAt = new Date(clock.now() - 4000).toISOString();
    const running = { ...container, state: { running: { startedAt } } };
    store({ ...pod, status: { ...pod.status, containerStatuses: [running] } });
    const verdicts = followVerdict(
      { clusters, clock: manual },
      { ...request, workload: 'healthy' },
      new AbortController().signal,
    );
    assert.equal((await verdicts.next()).value?.state, 'progressing');
    const next = verdicts.next();
    await manual.advance(6101);
    assert.equal((await next).value?.state, 'healthy');
    await verdicts.return(undefined);
  });

  describe('on a cluster that fails meanwhile', () => {
    async function start(name: string) {
      const { clusters, cluster, store, recorded } = openFake(name);
      const manual = createManualClock({ start: clock.now() });
      const ending = new AbortController();
      const said: (string | undefined)[] = [];
      const verdicts = followVerdict(
        { clusters, clock: manual },
        { ...request, workload: name, onStale: (failure) => said.push(failure?.code) },
        ending.signal,
      );
      const first = await verdicts.next();
      const fail = (code: ErrorCode): void => {
        cluster.refuse = () => clusterError(code);
        for (const watch of cluster.watches) watch.end(clusterError(code));
      };
      return { cluster, store, recorded, manual, said, verdicts, first, fail };
    }

    it('goes on with what is there when it answers again, and says nothing of what was before', async () => {
      const { cluster, store, recorded, manual, said, verdicts, first, fail } = await start('healthy');
      assert.equal(first.value?.state, 'healthy');
      fail('cluster-unreachable');
      const next = verdicts.next();
      await manual.advance(60_000);
      assert.deepEqual(said, ['cluster-unreachable']);
      const { workload } = recorded;
      store({ ...workload, status: { ...workload.status, availableReplicas: 0, readyReplicas: 0 } });
      cluster.refuse = undefined;
      await manual.advance(60_000);
      assert.equal((await next).value?.state, 'progressing');
      assert.deepEqual(said, ['cluster-unreachable', undefined]);
      await verdicts.return(undefined);
    });

    it('ends where the right to read is gone', async () => {
      const { manual, verdicts, fail } = await start('healthy');
      fail('cluster-forbidden');
      const next = verdicts.next();
      next.catch(() => undefined);
      await manual.advance(120_000);
      await assert.rejects(next, { code: 'cluster-forbidden' });
    });
  });

  it('needs no ReplicaSets for what has none', async () => {
    const { clusters, cluster } = openFake('job');
    cluster.refuse = ({ resource }) =>
      resource === 'replicasets' ? clusterError('cluster-forbidden') : undefined;
    const { signal } = new AbortController();
    const verdict = await first(followVerdict({ clusters, clock }, { ...request, workload: 'job' }, signal));
    assert.equal(verdict?.reason, 'job-failed');
  });

  it('knows less, and still something, where events may not be read', async () => {
    const { clusters, cluster } = openFake('oom');
    cluster.refuse = ({ resource }) =>
      resource === 'events' ? clusterError('cluster-forbidden') : undefined;
    const { signal } = new AbortController();
    const verdict = await first(followVerdict({ clusters, clock }, { ...request, workload: 'oom' }, signal));
    assert.equal(verdict?.reason, 'out-of-memory');
  });

  it('fails where pods may not be read, and for what is not there', async () => {
    const { clusters, cluster } = openFake('oom');
    const { signal } = new AbortController();
    const ask = (workload: string) =>
      first(followVerdict({ clusters, clock }, { ...request, workload }, signal));
    await assert.rejects(ask('nothing'), { code: 'workload-unknown' });
    await assert.rejects(ask('gadget/oom'), { code: 'workload-unknown' });
    cluster.refuse = ({ resource }) => (resource === 'pods' ? clusterError('cluster-forbidden') : undefined);
    await assert.rejects(ask('oom'), { code: 'cluster-forbidden' });
  });
});
