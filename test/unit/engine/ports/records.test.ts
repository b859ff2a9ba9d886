import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { watchFolder } from '../../../../src/adapters/chokidar/watchFolder.ts';
import { createStores } from '../../../../src/adapters/node/nodeStores.ts';
import type { RecordStore } from '../../../../src/engine/ports/journalStore.ts';
import { createFakeRecords } from '../../../support/fakeStores.ts';
import { useTemporaryFolder } from '../../../support/temporaryFolder.ts';

describe('a record store', () => {
  const folder = useTemporaryFolder();
  const kinds: Readonly<Record<string, () => RecordStore>> = {
    'in memory': () => createFakeRecords(),
    'on disk': () => createStores({ watchFolder }).openRecords(folder()),
  };
  for (const [kind, open] of Object.entries(kinds)) {
    describe(kind, () => {
      it('gives back what was written last', async () => {
        const records = open();
        assert.equal(records.read('tools'), undefined);
        await records.write('tools', 'one');
        await records.write('tools', 'größe\n');
        assert.equal(records.read('tools'), 'größe\n');
      });

      it('lists what is directly below a name, whole and sorted', async () => {
        const records = open();
        for (const name of ['results/test/b', 'results/test/a', 'results/build/c', 'tools'])
          await records.write(name, '');
        assert.deepEqual(records.list('results/test'), ['results/test/a', 'results/test/b']);
        assert.deepEqual(records.list('results/push'), []);
      });

      it('forgets what is removed, and takes what is missing for removed', async () => {
        const records = open();
        await records.write('results/test/a', 'one');
        await records.remove('results/test/a');
        await records.remove('results/test/a');
        assert.equal(records.read('results/test/a'), undefined);
        assert.deepEqual(records.list('results/test'), []);
      });
    });
  }
});
