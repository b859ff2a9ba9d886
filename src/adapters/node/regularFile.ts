import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  type Stats,
  statSync,
} from 'node:fs';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import { isMissing, unreadable } from './fileFailure.ts';

export interface OpenFile {
  readonly descriptor: number;
  /** Bytes, when it was opened. */
  readonly size: number;
}

/** Pipes, sockets and devices: reading them could wait for ever or act on hardware. */
function refuseToOpen(path: string): TowlineError {
  return new TowlineError('context-unreadable', { why: `${path}: it is not a regular file` });
}

/**
 * Opens a regular file and nothing else; the caller closes it. The kind is looked at before, so that a device
 * is never opened, and again afterwards without waiting, should the name have been given to a pipe in between.
 * Throws `context-unreadable`, or what the system throws.
 * @param before what was there a moment ago, where that is known
 */
export function openRegularFile(path: string, links: 'followed' | 'refused', before?: Stats): OpenFile {
  const follow = links === 'followed';
  before ??= follow ? statSync(path) : lstatSync(path);
  if (!before.isFile()) throw refuseToOpen(path);
  // Windows has neither flag; there both read as undefined, which counts as zero here.
  const noFollow = follow ? 0 : constants.O_NOFOLLOW;
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | noFollow);
  const stats = fstatSync(descriptor);
  if (stats.isFile()) return { descriptor, size: stats.size };
  closeSync(descriptor);
  throw refuseToOpen(path);
}

/**
 * UTF-8 text without a byte order mark; undefined when there is no file of that name, or a folder. Invalid
 * bytes become U+FFFD. Throws `context-unreadable`.
 */
export function readTextFile(path: string): string | undefined {
  try {
    const there = statSync(path, { throwIfNoEntry: false });
    if (there?.isDirectory() !== false) return undefined;
    const { descriptor } = openRegularFile(path, 'followed', there);
    try {
      const text = readFileSync(descriptor, 'utf8');
      return text.startsWith('\ufeff') ? text.slice(1) : text;
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error instanceof TowlineError ? error : unreadable(path, error);
  }
}
