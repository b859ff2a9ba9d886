import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { createFiles } from '../../../../src/adapters/node/nodeFiles.ts';
import type { Ports } from '../../../../src/engine/ports/ports.ts';
import type { WorkingState } from '../../../../src/engine/ports/repositories.ts';
import { openWorkspace } from '../../../../src/engine/workspace/openWorkspace.ts';
import { createFakeRecords } from '../../../support/fakeStores.ts';
import { createManualClock } from '../../../support/manualClock.ts';
import { useTemporaryFolder } from '../../../support/temporaryFolder.ts';

const state: WorkingState = {
  head: undefined,
  branch: 'main',
  files: ['a', 'shop/b', 'shop/towline.yaml', 'shopping/c'],
  dirty: ['a', 'shop/b', 'shopping/c'],
  submodules: ['shop/sub', 'sub'],
  readAt: 0,
  same: 'kept',
  changed: ['a', 'shop/b', 'shopping/c'],
};

describe('a workspace in a folder of its repository', () => {
  const folder = useTemporaryFolder();

  it("has Git's view of that folder alone, as seen from there", async () => {
    const shop = join(folder(), 'shop');
    mkdirSync(join(shop, 'deep'), { recursive: true });
    writeFileSync(join(shop, 'towline.yaml'), 'apiVersion: towline.dev/v1\n');
    const repository = {
      place: { top: folder(), commonFolder: join(folder(), '.git') },
      workingState: () => Promise.resolve(state),
    };
    const ports = {
      clock: createManualClock(),
      files: createFiles(),
      repositories: { open: () => Promise.resolve(repository) },
      stores: { openRecords: () => createFakeRecords() },
    } as unknown as Ports;
    const opened = await openWorkspace(ports, '0', join(shop, 'deep'), new AbortController().signal);
    assert.deepEqual([opened.folder, opened.prefix], [shop, 'shop']);
    assert.deepEqual(opened.state, {
      ...state,
      files: ['b', 'towline.yaml'],
      dirty: ['b'],
      submodules: ['sub'],
      changed: ['b'],
    });
  });
});
