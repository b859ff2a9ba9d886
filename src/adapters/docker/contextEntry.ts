import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { ContextFile } from '../../engine/ports/containerEngine.ts';

/**
 * Every entry's time, so that equal content makes an equal context. Not 1970: zip, and with it Python's wheels
 * built inside an image, cannot hold times before 1980.
 */
export const entryTime = new Date('2000-01-01T00:00:00Z');

/** Files up to this many bytes are read in one go: asynchronous calls cost more than the bytes. */
const smallFile = 256 * 1024;
const chunkSize = 256 * 1024;

/** Never waits on a pipe that took the file's place, never follows a link that did. */
const openFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Permission bits; from Windows, which has none, those that Docker's own clients send. */
export function entryMode(file: ContextFile, platform: NodeJS.Platform): number {
  return platform === 'win32' && file.kind !== 'symlink' ? 0o755 : file.mode & 0o7777;
}

export function readEntryLink(path: string, platform: NodeJS.Platform): string {
  const target = readlinkSync(path);
  return platform === 'win32' ? target.replaceAll('\\', '/') : target;
}

function unreadable(path: string, why: string, cause?: unknown): TowlineError {
  return new TowlineError('context-unreadable', { why: `${path}: ${why}`, cause });
}

/** What went wrong with a file of the context, as `context-unreadable` naming it. */
export function entryFailure(path: string, error: unknown): TowlineError {
  if (error instanceof TowlineError) return error;
  const { code } = error as NodeJS.ErrnoException;
  const why =
    code === 'ENOENT' || code === 'ENOTDIR'
      ? 'it vanished while the context was sent'
      : code === 'EACCES' || code === 'EPERM'
        ? 'this user may not read it'
        : code === 'ELOOP'
          ? 'it became a symbolic link while the context was sent'
          : error instanceof Error
            ? error.message
            : String(error);
  return unreadable(path, why, error);
}

function changed(path: string): TowlineError {
  return unreadable(path, 'its size changed while it was sent');
}

function requireFile(path: string, status: Stats): void {
  if (!status.isFile()) throw unreadable(path, 'it is no longer a file');
}

/** The whole of a small file, undefined when it is not small. */
export function readSmallEntry(path: string): Buffer | undefined {
  const file = openSync(path, openFlags);
  try {
    const status = fstatSync(file);
    requireFile(path, status);
    if (status.size > smallFile) return undefined;
    // One byte more than expected tells a file that grows.
    const bytes = Buffer.allocUnsafe(status.size + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(file, bytes, length, bytes.length - length, length);
    }
    if (length !== status.size) throw changed(path);
    return bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

/**
 * Reads a file in pieces, each only when it is asked for.
 * @param expected bytes that were announced; undefined takes the size at the opening, given to `onSize`
 */
export async function* readEntry(
  path: string,
  expected: number | undefined,
  onSize: (size: number) => void,
): AsyncGenerator<Buffer> {
  const file = await open(path, openFlags);
  try {
    const status = await file.stat();
    requireFile(path, status);
    const size = expected ?? status.size;
    onSize(size);
    let sent = 0;
    while (true) {
      const chunk = Buffer.allocUnsafe(chunkSize);
      const { bytesRead } = await file.read(chunk, 0, chunkSize, sent);
      if (bytesRead === 0) break;
      sent += bytesRead;
      if (sent > size) throw changed(path);
      yield chunk.subarray(0, bytesRead);
    }
    if (sent !== size) throw changed(path);
  } finally {
    await file.close();
  }
}
