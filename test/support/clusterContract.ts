import assert from 'node:assert/strict';
import { beforeEach, it } from 'mocha';
import type { ErrorCode } from '../../src/domain/errors/errorCatalogue.ts';
import { TowlineError } from '../../src/domain/errors/towlineError.ts';
import type { ClusterObject } from '../../src/domain/kubernetes/clusterObject.ts';
import { fieldsOf, listOf } from '../../src/domain/kubernetes/objectFields.ts';
import type { LocalityProof } from '../../src/domain/locality/localityProof.ts';
import type { ClusterReads, Clusters, ClusterWrites, WatchEvent } from '../../src/engine/ports/clusters.ts';
import { fakeKinds } from './fakeKinds.ts';
import { skipTest } from './skipTest.ts';

/** What a contract test of a cluster works on. */
export interface ClusterContract {
  readonly clusters: Clusters;
  readonly context: string;
  /** An empty namespace, new for every test. */
  readonly namespace: string;
}

const { configMaps, pods, deployments } = fakeKinds;
const manager = { fieldManager: 'towline-test', force: false };
const other = { fieldManager: 'other', force: false };

/** A proof as the locality guard makes it for a cluster that the user has opted in. */
export function proofOf(clusters: Clusters, context: string): LocalityProof {
  const found = clusters.readContexts().contexts.find(({ name }) => name === context);
  assert.ok(found);
  return { context, server: found.server, authority: found.authority, by: 'opt-in', file: 'the test' };
}

export function hasCode(...codes: readonly ErrorCode[]): (error: unknown) => boolean {
  return (error) => {
    assert.ok(TowlineError.is(error), String(error));
    assert.ok(codes.includes(error.code), `${error.code}: ${error.message}`);
    return true;
  };
}

/** Names of the data that a manager owns, as Kubernetes writes fields. */
function findOwned({ metadata }: ClusterObject, manager: string): readonly string[] {
  const entry = listOf(metadata.managedFields).find((each) => each.manager === manager);
  const data = fieldsOf(fieldsOf(entry?.fieldsV1)['f:data']);
  return Object.keys(data)
    .filter((name) => name !== '.')
    .sort();
}

/** What every implementation of `Clusters` does alike. Call inside a `describe`. */
export function describeClusterContract(open: () => Promise<ClusterContract>): void {
  const { signal } = new AbortController();
  let clusters: Clusters;
  let context: string;
  let namespace: string;
  let reads: ClusterReads;
  let writes: ClusterWrites;

  beforeEach(async () => {
    ({ clusters, context, namespace } = await open());
    reads = clusters.connect(context);
    writes = clusters.openForWriting(proofOf(clusters, context));
  });

  const configMap = (name: string, data: Record<string, string>, labels?: Record<string, string>) =>
    ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace, ...(labels ? { labels } : {}) },
      data,
    }) satisfies ClusterObject;
  const create = (name: string, labels?: Record<string, string>) =>
    writes.create(configMap(name, { a: '1' }, labels), configMaps, signal);
  const find = (name: string) => reads.get(configMaps, namespace, name, signal);

  /** Events until there are so many of objects; the watch is ended then. */
  async function collect(
    count: number,
    resourceVersion: string,
    query: { labels?: string; fields?: string },
    work: () => Promise<unknown>,
  ): Promise<readonly string[]> {
    const ending = new AbortController();
    const events: string[] = [];
    const opened = Promise.withResolvers<void>();
    const onEvent = (event: WatchEvent) => {
      if (event.type === 'OPENED') opened.resolve();
      if (!('object' in event)) return;
      events.push(`${event.type} ${event.object.metadata.name}`);
      if (events.length === count) ending.abort(new Error('enough'));
    };
    const from = { resourceVersion, timeoutSeconds: 30 };
    const watching = reads.watch(configMaps, { namespace, ...query }, from, onEvent, ending.signal);
    await Promise.race([opened.promise, watching]);
    await work();
    await assert.rejects(watching, { message: 'enough' });
    return events;
  }

  it('knows its contexts, and none that is not there', () => {
    const { contexts, current } = clusters.readContexts();
    assert.ok(contexts.some(({ name }) => name === context));
    assert.equal(current, context);
    assert.throws(() => clusters.connect('nowhere'), hasCode('context-unknown'));
  });

  it('opens nothing for a proof of another server or authority', () => {
    const proof = proofOf(clusters, context);
    for (const changed of [
      { server: 'https://127.0.0.1:1' },
      { authority: '0'.repeat(64) },
      { authority: undefined },
    ]) {
      assert.throws(() => clusters.openForWriting({ ...proof, ...changed }), hasCode('cluster-not-local'));
    }
    assert.throws(
      () => clusters.openForWriting({ ...proof, context: 'nowhere' }),
      hasCode('context-unknown'),
    );
  });

  it('says its version and what it serves', async () => {
    assert.match(await reads.version(signal), /^v\d+\.\d+\.\d+/);
    const { kinds, unavailable } = await reads.discover(signal);
    for (const kind of [configMaps, pods, deployments, fakeKinds.nodes]) {
      const found = kinds.filter(({ group, plural }) => group === kind.group && plural === kind.plural);
      assert.deepEqual(found, [kind]);
    }
    assert.deepEqual(unavailable, []);
    const apps = await clusters.connect(context).discover(signal, { groups: ['apps', 'not.served.test'] });
    assert.ok(apps.kinds.some(({ group, plural }) => group === 'apps' && plural === 'deployments'));
    assert.deepEqual(apps.unavailable, []);
  });

  it('gives an object by its name, and none that is not there', async () => {
    const made = await create('one');
    assert.deepEqual(await find('one'), made);
    assert.equal(made.apiVersion, 'v1');
    assert.ok(made.metadata.uid && made.metadata.resourceVersion && made.metadata.creationTimestamp);
    assert.equal(await find('two'), undefined);
  });

  it('lists what a query names, complete objects', async () => {
    await create('one', { app: 'shop' });
    await create('two', { app: 'mail' });
    const names = async (query: { labels?: string; fields?: string }) =>
      (await reads.list(configMaps, { namespace, ...query }, {}, signal)).items.map(
        ({ metadata }) => metadata.name,
      );
    assert.deepEqual(await names({ labels: 'app=shop' }), ['one']);
    assert.deepEqual(await names({ labels: 'app in (shop,mail)' }), ['one', 'two']);
    assert.deepEqual(await names({ labels: 'app!=shop,app' }), ['two']);
    assert.deepEqual(await names({ fields: 'metadata.name=two' }), ['two']);
    const { items } = await reads.list(configMaps, { namespace }, {}, signal);
    for (const item of items) assert.deepEqual([item.apiVersion, item.kind], ['v1', 'ConfigMap']);
  });

  it('lists in pages that are one moment', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await create(name, { paged: 'yes' });
    const names: string[] = [];
    const versions = new Set<string>();
    let page: { limit: number; continue?: string } | undefined = { limit: 2 };
    while (page) {
      const got = await reads.list(configMaps, { namespace, labels: 'paged=yes' }, page, signal);
      names.push(...got.items.map(({ metadata }) => metadata.name));
      versions.add(got.resourceVersion);
      page = got.continue === undefined ? undefined : { limit: 2, continue: got.continue };
    }
    assert.deepEqual(names, ['a', 'b', 'c', 'd', 'e']);
    assert.equal(versions.size, 1);
  });

  it('tells what happened since a list, then what happens, in order', async () => {
    const { resourceVersion } = await reads.list(configMaps, { namespace }, {}, signal);
    await create('one', { w: '1' });
    const events = await collect(4, resourceVersion, { labels: 'w' }, async () => {
      await create('two', { w: '1' });
      await writes.patch({ kind: configMaps, namespace, name: 'two' }, { data: { a: '2' } }, manager, signal);
      await writes.delete(configMaps, namespace, 'one', {}, signal);
    });
    assert.deepEqual(events, ['ADDED one', 'ADDED two', 'MODIFIED two', 'DELETED one']);
  });

  it('tells what enters and leaves a query', async () => {
    const { resourceVersion } = await reads.list(configMaps, { namespace }, {}, signal);
    const label = (value: string) =>
      writes.patch(
        { kind: configMaps, namespace, name: 'one' },
        { metadata: { labels: { in: value } } },
        manager,
        signal,
      );
    const events = await collect(2, resourceVersion, { labels: 'in=yes' }, async () => {
      await create('one', { in: 'no' });
      await label('yes');
      await label('no');
    });
    assert.deepEqual(events, ['ADDED one', 'DELETED one']);
  });

  it('ends a watch in good order at its time limit', async () => {
    const { resourceVersion } = await reads.list(configMaps, { namespace }, {}, signal);
    const events: string[] = [];
    const from = { resourceVersion, timeoutSeconds: 1 };
    // A new namespace gets objects of its own at any moment.
    const query = { namespace, labels: 'app=nothing' };
    await reads.watch(configMaps, query, from, ({ type }) => events.push(type), signal);
    assert.equal(events[0], 'OPENED');
    assert.deepEqual(
      events.slice(1).filter((type) => type !== 'BOOKMARK'),
      [],
    );
  });

  it('says that a version is gone', async function () {
    const from = { resourceVersion: '1', timeoutSeconds: 1 };
    const query = { namespace, labels: 'app=nothing' };
    const watching = reads.watch(configMaps, query, from, () => undefined, signal);
    const failure = await watching.then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failure === undefined) skipTest(this, 'the cluster is too young to have dropped its first version');
    await assert.rejects(watching, hasCode('version-gone'));
  });

  it('hands on what the listener of a watch throws', async () => {
    const { resourceVersion } = await reads.list(configMaps, { namespace }, {}, signal);
    await create('one', { w: '1' });
    const from = { resourceVersion, timeoutSeconds: 5 };
    const listen = ({ type }: WatchEvent) => {
      if (type === 'ADDED') throw new Error('of the listener');
    };
    const watching = reads.watch(configMaps, { namespace }, from, listen, signal);
    await assert.rejects(watching, { message: 'of the listener' });
  });

  it('creates an object once, and none in a namespace that is not there', async () => {
    await create('one');
    await assert.rejects(create('one'), hasCode('object-conflict'));
    const lost = { ...configMap('one', {}), metadata: { name: 'one', namespace: 'no-such-namespace' } };
    await assert.rejects(writes.create(lost, configMaps, signal), hasCode('object-missing'));
    await assert.rejects(writes.apply(lost, configMaps, manager, signal), hasCode('object-missing'));
    await assert.rejects(reads.dryRunApply(lost, configMaps, manager, signal), hasCode('object-missing'));
  });

  it('applies what a manager owns, and takes away what it no longer names', async () => {
    await writes.apply(configMap('one', { a: '1', b: '1' }), configMaps, manager, signal);
    await writes.apply(configMap('one', { c: '1' }), configMaps, other, signal);
    const applied = await writes.apply(configMap('one', { a: '2' }), configMaps, manager, signal);
    assert.deepEqual(applied.data, { a: '2', c: '1' });
    assert.deepEqual((await find('one'))?.data, { a: '2', c: '1' });
  });

  it('names the manager whose field would be taken, and takes it only when forced', async () => {
    await writes.apply(configMap('one', { a: '1' }), configMaps, other, signal);
    const taking = configMap('one', { a: '2' });
    for (const attempt of [writes.apply, reads.dryRunApply]) {
      await assert.rejects(attempt(taking, configMaps, manager, signal), (error) => {
        assert.ok(TowlineError.is(error, 'object-conflict'));
        assert.match(error.failure.why, /"other"/);
        return error.failure.why.includes('.data.a');
      });
    }
    assert.deepEqual((await find('one'))?.data, { a: '1' });
    const forced = await writes.apply(taking, configMaps, { ...manager, force: true }, signal);
    assert.deepEqual(forced.data, { a: '2' });
  });

  it('writes no version where applying or patching changes nothing', async () => {
    const first = await writes.apply(configMap('one', { a: '1' }), configMaps, manager, signal);
    const again = await writes.apply(configMap('one', { a: '1' }), configMaps, manager, signal);
    assert.equal(again.metadata.resourceVersion, first.metadata.resourceVersion);
    assert.equal(again.metadata.uid, first.metadata.uid);
  });

  it('says who applied an object, and who changed a field of it since', async () => {
    const applied = await writes.apply(configMap('one', { a: '1', b: '1' }), configMaps, manager, signal);
    const managersOf = ({ metadata }: ClusterObject) =>
      listOf(metadata.managedFields).map((entry) => `${entry.operation} ${entry.manager}`);
    assert.deepEqual(managersOf(applied), ['Apply towline-test']);
    assert.deepEqual(findOwned(applied, 'towline-test'), ['f:a', 'f:b']);
    const target = { kind: configMaps, namespace, name: 'one' };
    const patched = await writes.patch(target, { data: { a: '2' } }, other, signal);
    assert.deepEqual(managersOf(patched).sort(), ['Apply towline-test', 'Update other']);
    assert.deepEqual(findOwned(patched, 'towline-test'), ['f:b']);
    const back = writes.apply(configMap('one', { a: '1', b: '1' }), configMaps, manager, signal);
    await assert.rejects(
      back,
      (error) => TowlineError.is(error, 'object-conflict') && /"other"/.test(error.message),
    );
  });

  it('patches only the version that is meant', async () => {
    const made = await create('one');
    const target = { kind: configMaps, namespace, name: 'one' };
    const change = (value: string, resourceVersion: string | undefined) =>
      writes.patch(target, { metadata: { resourceVersion }, data: { a: value } }, manager, signal);
    const changed = await change('2', made.metadata.resourceVersion);
    assert.notEqual(changed.metadata.resourceVersion, made.metadata.resourceVersion);
    await assert.rejects(change('3', made.metadata.resourceVersion), hasCode('object-conflict'));
    assert.deepEqual((await find('one'))?.data, { a: '2' });
  });

  it('shows what applying would make, and stores nothing of it', async () => {
    const fresh = await reads.dryRunApply(configMap('one', { a: '1' }), configMaps, manager, signal);
    assert.deepEqual(fresh.data, { a: '1' });
    assert.equal(await find('one'), undefined);
    await writes.apply(configMap('one', { a: '1' }), configMaps, manager, signal);
    const forced = await reads.dryRunApply(
      configMap('one', { a: '2' }),
      configMaps,
      { ...other, force: true },
      signal,
    );
    assert.deepEqual(forced.data, { a: '2' });
    assert.deepEqual((await find('one'))?.data, { a: '1' });
  });

  it('applies ports that name no protocol, as manifests mostly write them', async () => {
    const service: ClusterObject = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace },
      spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
    };
    const template = {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'main', image: 'local/pause:1', ports: [{ containerPort: 80 }] }] },
    };
    const deployment: ClusterObject = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace },
      spec: { replicas: 0, selector: { matchLabels: { app: 'web' } }, template },
    };
    for (const [object, kind] of [
      [service, fakeKinds.services],
      [deployment, deployments],
    ] as const) {
      await reads.dryRunApply(object, kind, manager, signal);
      assert.equal((await writes.apply(object, kind, manager, signal)).metadata.name, 'web');
    }
  });

  it('patches an object, and none that is not there', async () => {
    await create('one', { app: 'shop' });
    const target = { kind: configMaps, namespace, name: 'one' };
    const patched = await writes.patch(target, { data: { a: null, b: '2' } }, manager, signal);
    assert.deepEqual([patched.data, patched.metadata.labels], [{ b: '2' }, { app: 'shop' }]);
    const missing = writes.patch({ ...target, name: 'two' }, {}, manager, signal);
    await assert.rejects(missing, hasCode('object-missing'));
  });

  it('deletes what is there, and only the object that is meant', async () => {
    const { metadata } = await create('one');
    const wrong = writes.delete(configMaps, namespace, 'one', { uid: '0'.repeat(8) }, signal);
    await assert.rejects(wrong, hasCode('object-conflict'));
    assert.ok(await find('one'));
    await writes.delete(configMaps, namespace, 'one', { uid: metadata.uid ?? '' }, signal);
    assert.equal(await find('one'), undefined);
    await writes.delete(configMaps, namespace, 'one', {}, signal);
  });

  it('says that its user may', async () => {
    assert.equal(
      await reads.mayI({ verb: 'create', group: 'apps', resource: 'deployments', namespace }, signal),
      true,
    );
  });

  it('says of logs that there is no such pod', async () => {
    const place = { namespace, pod: 'nobody', container: 'main' };
    const reading = reads.readLogs(place, { follow: false }, () => undefined, signal);
    await assert.rejects(reading, hasCode('object-missing'));
  });

  it('says of a program that there is no such pod to run it in', async () => {
    const place = { namespace, pod: 'nobody', container: 'main' };
    const running = writes.exec(place, ['true'], { tty: false }, { onOutput: () => undefined }, signal);
    await assert.rejects(running, hasCode('object-missing'));
  });

  it('rejects every call with the reason of a signal that is aborted', async () => {
    const reason = new Error('cancelled');
    const aborted = AbortSignal.abort(reason);
    const object = configMap('one', {});
    const place = { namespace, pod: 'one', container: 'main' };
    const forward = { localPort: 0, choose: () => Promise.reject(reason), onFailure: () => undefined };
    for (const call of [
      reads.version(aborted),
      reads.discover(aborted),
      reads.get(configMaps, namespace, 'one', aborted),
      reads.list(configMaps, {}, {}, aborted),
      reads.watch(configMaps, {}, { resourceVersion: '', timeoutSeconds: 1 }, () => undefined, aborted),
      reads.readLogs(place, { follow: true }, () => undefined, aborted),
      reads.forwardPort(forward, aborted),
      reads.mayI({ verb: 'get', group: '', resource: 'pods' }, aborted),
      reads.dryRunApply(object, configMaps, manager, aborted),
      writes.apply(object, configMaps, manager, aborted),
      writes.create(object, configMaps, aborted),
      writes.patch({ kind: configMaps, namespace, name: 'one' }, {}, manager, aborted),
      writes.delete(configMaps, namespace, 'one', {}, aborted),
      writes.exec(place, ['true'], { tty: false }, { onOutput: () => undefined }, aborted),
    ]) {
      await assert.rejects(call, (error) => error === reason);
    }
    assert.equal(await find('one'), undefined);
  });

  it('goes on after it forgot its connections', async () => {
    await reads.version(signal);
    reads.dispose();
    reads.dispose();
    assert.match(await reads.version(signal), /^v/);
  });
}
