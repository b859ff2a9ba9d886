import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { type Forwarding, forwardPorts, listPorts } from '../../../../src/engine/workloads/forwardPorts.ts';
import type { PodSource } from '../../../../src/engine/workloads/podSource.ts';
import { createFakeClusters, type FakeClusters } from '../../../support/fakeClusters.ts';
import { fakeKinds } from '../../../support/fakeKinds.ts';
import { createManualClock, type ManualClock } from '../../../support/manualClock.ts';

const web: PodSource = { kind: 'StatefulSet', namespace: 'default', name: 'web' };
const service: PodSource = { kind: 'Service', namespace: 'default', name: 'web' };

describe('forwarding a port', () => {
  let clusters: FakeClusters;
  let clock: ManualClock;
  let ending: AbortController;

  beforeEach(() => {
    clusters = createFakeClusters();
    clock = createManualClock();
    ending = new AbortController();
    const metadata = { name: 'web', namespace: 'default' };
    const ports = [
      { containerPort: 8080, name: 'http' },
      { containerPort: 53, protocol: 'UDP' },
    ];
    cluster().objects.store(fakeKinds.statefulSets, {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata,
      spec: {
        selector: { matchLabels: { app: 'web' } },
        template: { spec: { containers: [{ name: 'app', image: 'web', ports }] } },
      },
    });
    cluster().objects.store(fakeKinds.services, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: { app: 'web' }, ports: [{ port: 80, name: 'web', targetPort: 'http' }] },
    });
  });

  afterEach(async () => {
    ending.abort();
    await clock.settle();
    assert.equal(cluster().watches.length, 0, 'every watch is let go');
  });

  const cluster = () => clusters.cluster('lab');

  /** A pod that answers with its name. */
  function storePod(name: string, isReady = true, port = 8080): void {
    cluster().objects.store(fakeKinds.pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace: 'default',
        labels: { app: 'web' },
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', uid: 'w', controller: true },
        ],
      },
      spec: { containers: [{ name: 'app', image: 'web', ports: [{ containerPort: port, name: 'http' }] }] },
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] },
    });
    cluster().listen({ namespace: 'default', pod: name, port }, (socket) => socket.end(name));
  }

  const removePod = (name: string) => cluster().objects.remove(fakeKinds.pods, 'default', name);

  const forward = (source: PodSource, port: number) =>
    forwardPorts({ reads: clusters.connect('lab'), clock }, source, { port, localPort: 0 }, ending.signal);

  /** Who answers; empty when the connection was cut. */
  const ask = ({ localPort }: Forwarding) => text(connect(localPort, '127.0.0.1')).catch(() => '');

  it('leads to a ready pod, and to the next one when that is gone, by the same local port', async () => {
    storePod('web-0', false);
    storePod('web-1');
    const forwarding = await forward(web, 8080);
    assert.deepEqual(forwarding.state, { kind: 'ready', pod: 'web-1' });
    assert.equal(await ask(forwarding), 'web-1');
    let changes = 0;
    forwarding.onChange(() => {
      changes += 1;
    });
    removePod('web-1');
    await clock.settle();
    assert.deepEqual(forwarding.state, { kind: 'waiting' });
    const answer = ask(forwarding);
    storePod('web-0');
    assert.equal(await answer, 'web-0');
    assert.deepEqual(forwarding.state, { kind: 'ready', pod: 'web-0' });
    assert.equal(changes, 2);
  });

  it('finds the port of the pod for that of a service', async () => {
    storePod('web-0', true, 9090);
    assert.equal(await ask(await forward(service, 80)), 'web-0');
  });

  it('gives a connection up when no pod gets ready, says so, and stays open', async () => {
    storePod('web-0', false);
    const forwarding = await forward(web, 8080);
    const failed = new Promise<void>((resolve) => forwarding.onChange(resolve));
    const answer = ask(forwarding);
    while (!clock.waits.includes(30_000)) await clock.settle();
    await clock.advance(30_000);
    assert.equal(await answer, '');
    await failed;
    assert.match(forwarding.failure?.why ?? '', /No pod of StatefulSet web .* was ready within 30 s/);
    storePod('web-0');
    assert.equal(await ask(forwarding), 'web-0');
    assert.equal(forwarding.failure, undefined);
  });

  it('tries another pod after one that does not take a connection', async () => {
    storePod('web-0');
    storePod('web-1', true, 8080);
    cluster().listen({ namespace: 'default', pod: 'web-0', port: 8080 }, () => {
      throw new Error('it is on its way out');
    });
    const forwarding = await forward(web, 8080);
    assert.equal(await ask(forwarding), '');
    assert.equal(await ask(forwarding), 'web-1');
  });

  it('closes the local port when it is disposed of', async () => {
    storePod('web-0');
    const forwarding = await forward(web, 8080);
    forwarding.dispose();
    await assert.rejects(text(connect(forwarding.localPort, '127.0.0.1')), { code: 'ECONNREFUSED' });
  });

  it('fails for what is not there, and where the port is taken', async () => {
    await assert.rejects(forward({ ...web, name: 'other' }, 80), { code: 'object-missing' });
    storePod('web-0');
    const { localPort } = await forward(web, 8080);
    const reads = clusters.connect('lab');
    await assert.rejects(forwardPorts({ reads, clock }, web, { port: 8080, localPort }, ending.signal), {
      code: 'port-taken',
    });
  });

  it('lists the ports that can be forwarded', async () => {
    const list = (source: PodSource) => listPorts(clusters.connect('lab'), source, ending.signal);
    assert.deepEqual(await list(web), [{ port: 8080, name: 'http', container: 'app' }]);
    assert.deepEqual(await list(service), [{ port: 80, name: 'web' }]);
    storePod('web-0');
    assert.deepEqual(await list({ ...web, kind: 'Pod', name: 'web-0' }), [
      { port: 8080, name: 'http', container: 'app' },
    ]);
  });
});
