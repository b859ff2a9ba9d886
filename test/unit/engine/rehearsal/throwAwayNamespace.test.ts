import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { rehearsalNamespace } from '../../../../src/domain/rehearsal/rehearsalNamespace.ts';
import type { RehearsalRecord } from '../../../../src/domain/rehearsal/rehearsalRecord.ts';
import type { LocalClusters } from '../../../../src/engine/locality/localClusters.ts';
import { chooseCluster } from '../../../../src/engine/rehearsal/chooseCluster.ts';
import {
  cleanRehearsal,
  findRehearsals,
  listRehearsals,
} from '../../../../src/engine/rehearsal/leftRehearsals.ts';
import { recordRehearsal } from '../../../../src/engine/rehearsal/rehearsalRecords.ts';
import { removeNamespace } from '../../../../src/engine/rehearsal/throwAwayNamespace.ts';
import { hasCode, proofOf } from '../../../support/clusterContract.ts';
import { clusterError, createFakeClusters, type FakeClusters } from '../../../support/fakeClusters.ts';
import { fakeKinds } from '../../../support/fakeKinds.ts';
import { createFakeProcesses } from '../../../support/fakeProcesses.ts';
import { createFakeRecords } from '../../../support/fakeStores.ts';
import { createManualClock, type ManualClock } from '../../../support/manualClock.ts';

const { signal } = new AbortController();
const record: RehearsalRecord = {
  id: '1',
  namespace: 'rehearsal-dev-1',
  owner: 'a dead process',
  environment: 'dev',
  head: 'branch towline/dev/api at 1234567',
  started: '2030-01-01T00:00:00Z',
  context: 'lab',
  server: 'https://lab.test:6443',
};

function guard(clusters: FakeClusters, ...local: readonly string[]): LocalClusters {
  return {
    judge: async (context) =>
      local.includes(context)
        ? { local: true, proof: proofOf(clusters, context), because: 'the test says so' }
        : { local: false, why: `${context} is far away`, next: 'Use another one.' },
    openWrites: (context) => clusters.openForWriting(proofOf(clusters, context)),
  };
}

describe('the namespace of a rehearsal', () => {
  let clusters: FakeClusters;
  let clock: ManualClock;
  const place = { repository: { place: { top: '/shop', commonFolder: '/shop/.git' } } };

  beforeEach(() => {
    clusters = createFakeClusters();
    clock = createManualClock();
  });

  const objects = () => clusters.cluster('lab').objects;
  const store = (made = rehearsalNamespace(record, undefined)) => objects().store(fakeKinds.namespaces, made);
  const isThere = () => objects().find(fakeKinds.namespaces, undefined, record.namespace) !== undefined;
  const remove = () =>
    removeNamespace(
      { reads: clusters.connect('lab'), writes: clusters.openForWriting(proofOf(clusters, 'lab')), clock },
      record,
      signal,
    );
  function ports() {
    const records = createFakeRecords();
    return {
      clusters,
      clock,
      processes: createFakeProcesses(),
      records,
      stores: { openRecords: () => records },
    };
  }

  it('is removed, and gone before that is said', async () => {
    store();
    assert.deepEqual(await remove(), { kind: 'removed' });
    assert.equal(isThere(), false);
    assert.deepEqual(await remove(), { kind: 'removed' });
  });

  it('is not said to be removed while it is still there', async () => {
    store();
    const cluster = clusters.cluster('lab');
    const made = objects().find(fakeKinds.namespaces, undefined, record.namespace);
    assert.ok(made);
    objects().store(fakeKinds.namespaces, {
      ...made,
      metadata: { ...made.metadata, deletionTimestamp: '2030-01-01T00:00:01Z' },
    });
    const removing = remove();
    await clock.advance(91_000);
    assert.equal((await removing).kind, 'left');
    assert.deepEqual(
      cluster.asked.filter((call) => call.startsWith('delete')),
      [],
    );
  });

  it('touches none that only has the same name', async () => {
    store({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: record.namespace } });
    await remove();
    assert.equal(isThere(), true);
    store(rehearsalNamespace({ ...record, id: '2' }, undefined));
    await remove();
    assert.equal(isThere(), true);
  });

  it('is found by its label and by its record, and removed once its process is gone', async () => {
    const parts = ports();
    store();
    await recordRehearsal(parts.records, record);
    const [listed] = listRehearsals(parts, place);
    const [found] = await findRehearsals(parts, 'lab', signal);
    assert.deepEqual(listed, { ...record, standing: 'left' });
    assert.deepEqual(found, listed);
    assert.ok(listed);
    const cleaned = await cleanRehearsal(parts, guard(clusters, 'lab'), place, listed, signal);
    assert.deepEqual(cleaned, { kind: 'removed' });
    assert.equal(isThere(), false);
    assert.deepEqual(listRehearsals(parts, place), []);
  });

  for (const [owner, why] of [
    ['this process', /goes on/],
    ['somebody else', /another machine/],
  ] as const)
    it(`is left alone while it belongs to ${owner}`, async () => {
      const parts = ports();
      store();
      const rehearsal = { ...record, owner, standing: 'left' } as const;
      const cleaned = await cleanRehearsal(parts, guard(clusters, 'lab'), place, rehearsal, signal);
      assert.match('why' in cleaned ? cleaned.why : '', why);
      assert.equal(isThere(), true);
    });

  it('is not looked for on another cluster under the same name, nor forgotten', async () => {
    const parts = ports();
    store();
    await recordRehearsal(parts.records, record);
    const cluster = clusters.cluster('lab');
    cluster.context = { ...cluster.context, server: 'https://elsewhere.test:6443' };
    const [listed] = listRehearsals(parts, place);
    assert.ok(listed);
    assert.equal((await cleanRehearsal(parts, guard(clusters, 'lab'), place, listed, signal)).kind, 'left');
    assert.equal(isThere(), true);
    assert.equal(listRehearsals(parts, place).length, 1);
  });

  it('stays on record when the cluster cannot be asked', async () => {
    const parts = ports();
    await recordRehearsal(parts.records, record);
    clusters.cluster('lab').refuse = () => clusterError('cluster-unreachable');
    const [listed] = listRehearsals(parts, place);
    assert.ok(listed);
    assert.equal((await cleanRehearsal(parts, guard(clusters, 'lab'), place, listed, signal)).kind, 'left');
    assert.equal(listRehearsals(parts, place).length, 1);
  });
});

describe('the cluster of a rehearsal', () => {
  const clusters = createFakeClusters({ contexts: ['prod', 'kind', 'k3d'] });
  const choose = (named: string | undefined, ...local: readonly string[]) =>
    chooseCluster(clusters, guard(clusters, ...local), { named, own: undefined }, signal);

  it('is the one that is proven local, whatever the current context is', async () => {
    assert.deepEqual(await choose(undefined, 'kind'), { context: 'kind', because: 'the test says so' });
    assert.equal((await choose('k3d', 'kind', 'k3d')).context, 'k3d');
  });

  it("is the environment's own of several, where that is one of them", async () => {
    const chooseFor = (own: string) =>
      chooseCluster(clusters, guard(clusters, 'kind', 'k3d'), { named: undefined, own }, signal);
    assert.equal((await chooseFor('k3d')).context, 'k3d');
    await assert.rejects(chooseFor('prod'), hasCode('cluster-not-local'));
  });

  it('is never guessed, and never one that is not local', async () => {
    for (const choosing of [choose(undefined), choose(undefined, 'kind', 'k3d'), choose('prod', 'kind')])
      await assert.rejects(choosing, hasCode('cluster-not-local'));
  });
});
