import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { ClusterObject } from '../../../../src/domain/kubernetes/clusterObject.ts';
import { followLogs, type LogOptions } from '../../../../src/engine/workloads/followLogs.ts';
import type { PodSource } from '../../../../src/engine/workloads/podSource.ts';
import { clusterError, createFakeClusters, type FakeClusters } from '../../../support/fakeClusters.ts';
import { fakeKinds } from '../../../support/fakeKinds.ts';
import { createManualClock, type ManualClock } from '../../../support/manualClock.ts';

const web: PodSource = { kind: 'Deployment', namespace: 'default', name: 'web' };
const time = (second: number) => `2030-01-01T00:00:${String(second).padStart(2, '0')}.000000000Z`;

describe('following logs', () => {
  let clusters: FakeClusters;
  let clock: ManualClock;
  let ending: AbortController;

  beforeEach(() => {
    clusters = createFakeClusters();
    clock = createManualClock();
    ending = new AbortController();
    cluster().objects.store(fakeKinds.deployments, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'default' },
      spec: { selector: { matchLabels: { app: 'web' } } },
    });
  });

  afterEach(async () => {
    ending.abort();
    await clock.settle();
    assert.equal(cluster().watches.length, 0, 'every watch is let go');
  });

  const cluster = () => clusters.cluster('lab');

  /** A pod of the Deployment whose containers run, unless `states` says more. */
  function storePod(name: string, containers: Readonly<Record<string, object>> = { app: {} }): ClusterObject {
    return cluster().objects.store(fakeKinds.pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace: 'default',
        labels: { app: 'web', 'pod-template-hash': 'h' },
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-h', uid: 'set', controller: true },
        ],
      },
      spec: { containers: Object.keys(containers).map((one) => ({ name: one, image: 'web' })) },
      status: {
        phase: 'Running',
        containerStatuses: Object.entries(containers).map(([one, rest]) => ({
          name: one,
          restartCount: 0,
          state: { running: {} },
          ...rest,
        })),
      },
    });
  }

  function write(pod: string, container: string, second: number, text: string): void {
    cluster().writeLog({ namespace: 'default', pod, container }, `${time(second)} ${text}\n`);
  }

  function end(pod: string, container: string): void {
    cluster().endLog({ namespace: 'default', pod, container });
  }

  /** Reads until the log ends; what has come so far is in `text`. */
  function follow(source: PodSource, options: Partial<LogOptions> = {}) {
    const told = { text: '', done: Promise.resolve() };
    const logs = followLogs(
      { reads: clusters.connect('lab'), clock },
      source,
      { follow: true, ...options },
      ending.signal,
    );
    told.done = (async () => {
      for await (const text of logs) told.text += text;
    })();
    told.done.catch(() => undefined);
    return told;
  }

  it('gives the lines of one container as they are', async () => {
    storePod('web-h-1');
    write('web-h-1', 'app', 1, 'one');
    write('web-h-1', 'app', 2, 'two');
    const log = follow({ kind: 'Pod', namespace: 'default', name: 'web-h-1' }, { follow: false });
    await log.done;
    assert.equal(log.text, 'one\ntwo\n');
  });

  it('says with each line whose it is, pod by pod and container by container', async () => {
    storePod('web-h-1', { app: {}, proxy: {} });
    storePod('web-h-2');
    write('web-h-1', 'app', 2, 'first');
    write('web-h-1', 'proxy', 1, 'second');
    write('web-h-2', 'app', 3, 'third');
    const log = follow(web, { follow: false });
    await log.done;
    assert.equal(log.text, '[web-h-1/app] first\n[web-h-1/proxy] second\n[web-h-2] third\n');
  });

  it('goes on with the pod that replaces another', async () => {
    storePod('web-h-1');
    write('web-h-1', 'app', 1, 'old');
    const log = follow(web);
    await clock.settle();
    storePod('web-h-2', { app: { state: { waiting: { reason: 'ContainerCreating' } } } });
    await clock.settle();
    write('web-h-2', 'app', 2, 'new');
    storePod('web-h-2');
    end('web-h-1', 'app');
    cluster().objects.remove(fakeKinds.pods, 'default', 'web-h-1');
    await clock.settle();
    assert.equal(log.text, '[web-h-1] old\n[web-h-2] new\n');
  });

  it('goes on after a cut, without a line lost or told twice', async () => {
    storePod('web-h-1');
    write('web-h-1', 'app', 1, 'one');
    write('web-h-1', 'app', 1, 'two');
    const log = follow(web);
    await clock.settle();
    end('web-h-1', 'app');
    await clock.settle();
    write('web-h-1', 'app', 1, 'three');
    write('web-h-1', 'app', 2, 'four');
    await clock.advance(2_000);
    assert.equal(log.text, '[web-h-1] one\n[web-h-1] two\n[web-h-1] three\n[web-h-1] four\n');
    assert.equal(cluster().asked.filter((call) => call.startsWith('readLogs')).length, 2);
  });

  it('reads a container that was started again from its beginning', async () => {
    storePod('web-h-1');
    write('web-h-1', 'app', 1, 'before');
    const log = follow(web, { tailLines: 1 });
    await clock.settle();
    end('web-h-1', 'app');
    await clock.settle();
    // The fake keeps one log for both.
    write('web-h-1', 'app', 5, 'after');
    storePod('web-h-1', { app: { restartCount: 1 } });
    await clock.settle();
    assert.equal(log.text, '[web-h-1] before\n[web-h-1] before\n[web-h-1] after\n');
  });

  it('tells when a log cannot be read, and tries again', async () => {
    storePod('web-h-1');
    write('web-h-1', 'app', 1, 'there');
    cluster().failNext('readLogs', clusterError('cluster-failed', 'the node does not answer'));
    const log = follow(web);
    await clock.settle();
    assert.match(log.text, /^-- web-h-1\/app: .*the node does not answer; it is tried again --\n$/);
    await clock.advance(2_000);
    assert.match(log.text, /\n\[web-h-1\] there\n$/);
  });

  it('fails where the user may not read logs, and for what is not there', async () => {
    storePod('web-h-1');
    cluster().failNext('readLogs', clusterError('cluster-forbidden'));
    await assert.rejects(follow(web).done, { code: 'cluster-forbidden' });
    await assert.rejects(follow({ ...web, name: 'other' }).done, { code: 'object-missing' });
    await assert.rejects(follow(web, { container: 'none' }).done, /has no container none; it has app/);
  });

  it('ends with a pod that has ended or is gone', async () => {
    storePod('web-h-1');
    write('web-h-1', 'app', 1, 'last words');
    const log = follow({ kind: 'Pod', namespace: 'default', name: 'web-h-1' });
    await clock.settle();
    cluster().objects.remove(fakeKinds.pods, 'default', 'web-h-1');
    end('web-h-1', 'app');
    await log.done;
    assert.equal(log.text, 'last words\n');
  });
});
