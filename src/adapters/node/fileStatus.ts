import { type BigIntStats, type Dirent, lstatSync } from 'node:fs';
import type { FileKind, FileStatus } from '../../engine/ports/files.ts';
import { isMissing, unreadable } from './fileFailure.ts';

const readStatus = { bigint: true, throwIfNoEntry: false } as const;

export function kindOf(entry: Pick<Dirent, 'isFile' | 'isDirectory' | 'isSymbolicLink'>): FileKind {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  return entry.isSymbolicLink() ? 'symlink' : 'other';
}

/** Throws `context-unreadable` where the system refuses to look. */
export function readFileStatus(path: string): FileStatus | undefined {
  let stats: BigIntStats | undefined;
  try {
    stats = lstatSync(path, readStatus);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unreadable(path, error);
  }
  if (stats === undefined) return undefined;
  const { dev, ino, size, mtimeNs, ctimeNs } = stats;
  return {
    kind: kindOf(stats),
    size: Number(size),
    mode: Number(stats.mode) & 0o7777,
    changedAt: Math.max(Number(mtimeNs), Number(ctimeNs)) / 1e6,
    stamp: `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`,
  };
}
