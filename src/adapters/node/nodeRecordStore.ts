import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { RecordStore } from '../../engine/ports/journalStore.ts';
import { unwritable } from './fileFailure.ts';
import { readTextFile } from './regularFile.ts';
import { listNames } from './runFiles.ts';
import { writeWhole } from './writeWhole.ts';

/** Not starting with a dot: those are files that are just being written. */
const safeSegment = /^[\w@+=-][\w.@+=-]*$/;

/** With fewer calls than a file needs that may be a pipe or a device: Towline wrote this one. */
function readRecord(path: string): string | undefined {
  try {
    const there = statSync(path, { throwIfNoEntry: false });
    if (there === undefined) return undefined;
    if (there.isFile()) return readFileSync(path, 'utf8');
  } catch {
    // The other way tells what is the matter.
  }
  return readTextFile(path);
}

/** Records as files below `folder`, which is made with the first one. */
export function openRecordStore(folder: string): RecordStore {
  function locate(name: string): string {
    const segments = name.split('/');
    if (!segments.every((segment) => safeSegment.test(segment))) {
      throw new TowlineError('unexpected', { why: `"${name}" cannot name a record` });
    }
    return join(folder, ...segments);
  }

  return {
    read: (name) => readRecord(locate(name)),
    async write(name, text) {
      const path = locate(name);
      try {
        mkdirSync(dirname(path), { recursive: true });
      } catch (error) {
        throw unwritable(path, error);
      }
      await writeWhole(path, text);
    },
    async remove(name) {
      const path = locate(name);
      try {
        rmSync(path, { force: true });
      } catch (error) {
        throw unwritable(path, error);
      }
    },
    list: (group) =>
      listNames(locate(group))
        .filter((name) => safeSegment.test(name))
        .sort()
        .map((name) => `${group}/${name}`),
  };
}
