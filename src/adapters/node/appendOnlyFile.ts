import { closeSync, ftruncateSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncData } from './descriptorCalls.ts';
import { unwritable } from './fileFailure.ts';
import { syncFolder, writeEveryByte } from './writeWhole.ts';

/** A file that only grows, by whole appends, written by one process. */
export interface AppendOnlyFile {
  /**
   * Resolves with the new size once every byte is on disk. Throws `journal-failed`; the file then ends at the
   * last whole append. Appends made while one is being synced share the next sync.
   */
  append(bytes: Uint8Array): Promise<number>;
  /** Waits for what was appended. */
  close(): Promise<void>;
}

interface Waiting {
  readonly bytes: Uint8Array;
  readonly resolve: (size: number) => void;
  readonly reject: (error: unknown) => void;
}

/** Creates the file; it must not exist. Throws what the system throws. */
export function createAppendOnlyFile(path: string): AppendOnlyFile {
  const descriptor = openSync(path, 'wx');
  const created = syncFolder(dirname(path));
  created.catch(() => undefined);
  let size = 0;
  /** Set when the end of the file is not known to be whole; nothing is appended until it is cut off. */
  let torn = false;
  /** Set after a failed sync: the system may have dropped the data and report success the next time. */
  let lost: unknown;
  let waiting: Waiting[] = [];
  let writing: Promise<void> | undefined;

  function cutTail(): void {
    if (torn) ftruncateSync(descriptor, size);
    torn = false;
  }

  function writeTail(bytes: Uint8Array): void {
    cutTail();
    torn = true;
    try {
      writeEveryByte(descriptor, bytes, size);
    } catch (error) {
      cutTail();
      throw error;
    }
  }

  async function writeBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      if (lost !== undefined) throw lost;
      await created;
      const bytes = Buffer.concat(batch.map((entry) => entry.bytes));
      writeTail(bytes);
      await syncData(descriptor).catch((error: unknown) => {
        lost = error;
        cutTail();
        throw error;
      });
      torn = false;
      for (const entry of batch) {
        size += entry.bytes.length;
        entry.resolve(size);
      }
    } catch (error) {
      const failure = unwritable(path, error);
      for (const entry of batch) entry.reject(failure);
    }
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await writeBatch(batch);
    }
    writing = undefined;
  }

  return {
    append(bytes) {
      return new Promise((resolve, reject) => {
        waiting.push({ bytes, resolve, reject });
        writing ??= writeAll();
      });
    },
    async close() {
      await writing;
      closeSync(descriptor);
    },
  };
}
