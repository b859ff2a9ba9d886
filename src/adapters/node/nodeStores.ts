import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Stores } from '../../engine/ports/journalStore.ts';
import { unwritable } from './fileFailure.ts';
import { acquireLock, type Lock } from './lockFile.ts';
import { openJournalStore, type WatchFolder } from './nodeJournalStore.ts';
import { openRecordStore } from './nodeRecordStore.ts';

/** Between two tries for a lock that another has; its owner's death announces itself to nobody. Milliseconds. */
const tryEvery = 20;

async function waitForLock(path: string, signal: AbortSignal): Promise<Lock> {
  for (;;) {
    signal.throwIfAborted();
    const lock = acquireLock(path);
    if ('release' in lock) return lock;
    try {
      await pause(tryEvery, undefined, { signal });
    } catch {
      signal.throwIfAborted();
    }
  }
}

/** Stores below `<git common folder>/towline`: `runs`, `records` and `locks`. */
export function createStores({ watchFolder }: { readonly watchFolder: WatchFolder }): Stores {
  const below = (commonFolder: string, name: string) => join(commonFolder, 'towline', name);
  return {
    openJournal: (commonFolder) => openJournalStore(below(commonFolder, 'runs'), watchFolder),
    openRecords: (commonFolder) => openRecordStore(below(commonFolder, 'records')),
    async withLock(commonFolder, name, work, signal) {
      const folder = below(commonFolder, 'locks');
      try {
        mkdirSync(folder, { recursive: true });
      } catch (error) {
        throw unwritable(folder, error);
      }
      const lock = await waitForLock(join(folder, `${encodeURIComponent(name)}.lock`), signal);
      try {
        return await work();
      } finally {
        lock.release();
      }
    },
  };
}
