import { lstatSync, type Stats, statSync } from 'node:fs';

/** What was changed within this time before it was looked at may change again under the same stamp: clocks are coarse. Milliseconds. */
const settledAfter = 2_000;

/** What tells one state of a file from the next, and how old that state is. */
export interface FileStamp {
  readonly text: string;
  /** Later of content and status change, milliseconds since the epoch. */
  readonly changedAt: number;
}

/** Of what a path leads to: device, inode, size and both times; '' where that is nothing, undefined where nobody may look. */
export function stampOf(path: string): string | undefined {
  try {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (!stats) return '';
    const { dev, ino, size, mtimeNs, ctimeNs } = stats;
    return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
  } catch {
    return undefined;
  }
}

/** Whether the file that has this stamp is older than a time, milliseconds since the epoch, by enough. */
export function isSettled(stamp: string, at: number): boolean {
  const [, , , modified, changed] = stamp.split(':').map(Number);
  return Math.max(modified ?? 0, changed ?? 0) / 1e6 < at - settledAfter;
}

/**
 * Of what lies at a path itself, link or not; undefined where there is nothing. Milliseconds hold a quarter of a
 * microsecond here, which no two changes share, and cost half of what nanoseconds do.
 */
export function ownStampOf(path: string): FileStamp | undefined {
  const stats: Stats | undefined = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) return undefined;
  const { ino, size, mode, mtimeMs, ctimeMs } = stats;
  return { text: `${ino}:${size}:${mode}:${mtimeMs}:${ctimeMs}`, changedAt: Math.max(mtimeMs, ctimeMs) };
}

/** The same for a stamp that is taken later: nothing has changed since that time. */
export function isUnchangedSince({ changedAt }: FileStamp, time: number): boolean {
  return changedAt < time - settledAfter;
}
