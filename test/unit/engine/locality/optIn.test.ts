import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFiles } from '../../../../src/adapters/node/nodeFiles.ts';
import { createStores } from '../../../../src/adapters/node/nodeStores.ts';
import { createLocalClusters } from '../../../../src/engine/locality/createLocalClusters.ts';
import { createOptInFile } from '../../../../src/engine/locality/optInFile.ts';
import { hasCode } from '../../../support/clusterContract.ts';
import { createFakeClusters } from '../../../support/fakeClusters.ts';
import { createFakeContainerEngine } from '../../../support/fakeContainerEngine.ts';
import { fakeKinds } from '../../../support/fakeKinds.ts';
import { allowContexts } from '../../../support/localClusters.ts';
import { useTemporaryFolder } from '../../../support/temporaryFolder.ts';

describe('a cluster that its user has declared local', () => {
  const folder = useTemporaryFolder();
  const { signal } = new AbortController();

  function start() {
    const clusters = createFakeClusters({ contexts: ['lab', 'prod'] });
    const stores = createStores({ watchFolder: () => Promise.resolve({ dispose: () => undefined }) });
    const optIns = createOptInFile({ clusters, files: createFiles(), stores }, folder());
    const local = createLocalClusters({ clusters, containers: createFakeContainerEngine() }, optIns);
    const make = (context: string) =>
      local
        .openWrites(context)
        .create(
          { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one', namespace: 'default' } },
          fakeKinds.configMaps,
          signal,
        );
    return { clusters, optIns, local, make };
  }

  it('can be written to, and no other one', async () => {
    const { clusters, local, make } = start();
    const file = allowContexts(folder(), clusters, 'lab');
    const locality = await local.judge('lab', signal);
    assert.ok(locality.local);
    assert.deepEqual(locality.proof, {
      context: 'lab',
      server: 'https://lab.test:6443',
      authority: clusters.cluster('lab').context.authority,
      by: 'opt-in',
      file,
    });
    assert.equal((await make('lab')).metadata.name, 'one');
    clusters.current = 'prod';
    await assert.rejects(make('prod'), hasCode('cluster-not-local'));
    assert.deepEqual(clusters.cluster('prod').asked, []);
  });

  it('is looked up again at each write', async () => {
    const { clusters, optIns, make } = start();
    await optIns.add(optIns.describe('lab'), signal);
    await make('lab');
    const cluster = clusters.cluster('lab');
    const { context } = cluster;
    const asked = cluster.asked.length;
    for (const changed of [
      { authority: 'b'.repeat(64) },
      { server: 'https://prod.test:6443' },
      { insecure: true },
      { proxy: 'http://127.0.0.1:3128' },
    ]) {
      cluster.context = { ...context, ...changed };
      await assert.rejects(make('lab'), hasCode('cluster-not-local'));
    }
    cluster.context = context;
    await optIns.remove('lab', signal);
    await assert.rejects(make('lab'), hasCode('cluster-not-local'));
    assert.equal(cluster.asked.length, asked);
  });

  it('is not declared twice, and taken out also when its context has gone', async () => {
    const { clusters, optIns } = start();
    const optIn = optIns.describe('lab');
    assert.equal(await optIns.add(optIn, signal), 'added');
    assert.equal(await optIns.add({ ...optIn, context: 'another name' }, signal), 'there already');
    assert.deepEqual(optIns.read(), [optIn]);
    const elsewhere = createFakeClusters({ contexts: ['prod'] });
    const { files, stores } = {
      files: createFiles(),
      stores: createStores({ watchFolder: () => Promise.reject() }),
    };
    const later = createOptInFile({ clusters: elsewhere, files, stores }, folder());
    assert.deepEqual(await later.remove('prod', signal), []);
    assert.deepEqual(await later.remove('lab', signal), [optIn]);
    assert.deepEqual(optIns.read(), []);
    assert.throws(() => optIns.describe('nowhere'), hasCode('context-unknown'));
    clusters.cluster('lab').context = { ...clusters.cluster('lab').context, authority: undefined };
    assert.throws(() => optIns.describe('lab'), hasCode('cluster-not-local'));
  });

  it('is none any more when the file cannot be understood, and the place is named', async () => {
    const { clusters, optIns, local, make } = start();
    const file = allowContexts(folder(), clusters, 'lab');
    writeFileSync(file, 'clusters:\n  - everything\n');
    const locality = await local.judge('lab', signal);
    assert.ok(!locality.local);
    assert.match(locality.why, /local-clusters\.yaml:2:5: clusters\[0\] must be a mapping/);
    await assert.rejects(make('lab'), hasCode('cluster-not-local'));
    assert.throws(() => optIns.read(), hasCode('opt-in-invalid'));
    await assert.rejects(optIns.add(optIns.describe('lab'), signal), hasCode('opt-in-invalid'));
    assert.equal(file, join(folder(), 'local-clusters.yaml'));
  });

  it('rejects with the reason of a signal that is aborted', async () => {
    const { local, clusters } = start();
    allowContexts(folder(), clusters, 'lab');
    const reason = new Error('cancelled');
    const aborted = AbortSignal.abort(reason);
    await assert.rejects(local.judge('lab', aborted), reason);
    await assert.rejects(
      local.openWrites('lab').delete(fakeKinds.pods, 'default', 'one', {}, aborted),
      reason,
    );
  });
});
