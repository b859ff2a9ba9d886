import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFiles } from '../../../../src/adapters/node/nodeFiles.ts';
import { rememberedWorkspace } from '../../../../src/engine/workspace/rememberedWorkspace.ts';
import { createFakeRecords } from '../../../support/fakeStores.ts';
import { useTemporaryFolder } from '../../../support/temporaryFolder.ts';

describe('what is found in a folder', () => {
  const folder = useTemporaryFolder();

  /** Looks at a folder with one service and a list of files, and says how many files it read for it. */
  function makeLook() {
    mkdirSync(join(folder(), 'api'));
    writeFileSync(join(folder(), 'api/Dockerfile'), 'FROM scratch\n');
    const records = createFakeRecords();
    const files = createFiles();
    // So much later every file is old enough to be remembered.
    const later = Date.now() + 3_600_000;
    return async (paths: readonly string[], change: { version?: string; name?: string } = {}) => {
      let read = 0;
      const readText = (path: string): string | undefined => {
        read += 1;
        return files.readText(path);
      };
      const place = { folder: folder(), name: 'shop', version: '1', record: 'found', paths, ...change };
      const { services } = await rememberedWorkspace(place, { ...files, readText }, records, later);
      assert.deepEqual(
        services.map(({ name }) => name),
        ['api'],
      );
      return read;
    };
  }

  const few = ['api/Dockerfile', 'notes.md'];
  const many = [
    'api/Dockerfile',
    ...Array.from({ length: 500 }, (_, index) => `notes/of-number-${index}.md`),
  ];
  for (const [size, paths] of Object.entries({ few, many })) {
    it(`is not found again while the list of ${size} files and those that were read are the same`, async () => {
      const look = makeLook();
      assert.notEqual(await look(paths), 0);
      assert.equal(await look(paths), 0);
    });

    it(`is found again for another list of ${size} files, another name and another Towline`, async () => {
      const look = makeLook();
      await look(paths);
      assert.notEqual(await look(paths.with(-1, 'notes/other.md')), 0);
      await look(paths);
      assert.notEqual(await look(paths, { name: 'store' }), 0);
      await look(paths);
      assert.notEqual(await look(paths, { version: '2' }), 0);
    });
  }

  it('is found again when a file that was read has changed', async () => {
    const look = makeLook();
    await look(few);
    writeFileSync(join(folder(), 'api/Dockerfile'), 'FROM scratch\nCOPY . .\n');
    assert.notEqual(await look(few), 0);
  });
});
