import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { isSettled, stampOf } from './fileStamp.ts';

/** More are not worth looking at one by one. */
const mostRefs = 1_000;

/**
 * What tells one state of files in a repository's folder from the next, of folders with all that is in them: one that
 * is not there counts. Undefined where stamps do not tell everything: behind links, in great numbers, or of what
 * changed a moment before `now` (milliseconds since the epoch) and may do so again unnoticed.
 */
export function stampsOf(
  commonFolder: string,
  names: readonly string[],
  now: number,
): readonly string[] | undefined {
  const stamps: string[] = [];
  const isTold = names.every((name) => addStamps(join(commonFolder, name), stamps));
  return isTold && stamps.every((stamp) => isSettled(stamp, now)) ? stamps : undefined;
}

/** Adds the stamps of a file, or of a folder and all in it; false where they do not tell everything. */
function addStamps(path: string, stamps: string[]): boolean {
  const stamp = stampOf(path);
  const found = look(path);
  if (stamp === undefined || found?.isSymbolicLink() || stamps.length === mostRefs) return false;
  stamps.push(stamp);
  return !found?.isDirectory() || namesIn(path).every((name) => addStamps(join(path, name), stamps));
}

/** A folder that has gone meanwhile has another stamp the next time. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** What lies at a path itself, link or not; undefined where there is nothing. */
export function look(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}
