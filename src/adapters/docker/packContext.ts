import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Pack } from 'tar-stream';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { ContextFile } from '../../engine/ports/containerEngine.ts';

export interface PackedContext {
  readonly archive: Readable;
  /** Why the archive broke off, when it did. */
  failure(): unknown;
}

/**
 * Every entry's time, so that equal content makes an equal archive. Not 1970: zip, and with it Python's wheels
 * built inside an image, cannot hold times before 1980.
 */
const fixedTime = new Date('2000-01-01T00:00:00Z');

/** Files up to this many bytes are read in one go: asynchronous calls cost more than the bytes. */
const smallFile = 256 * 1024;
const chunkSize = 256 * 1024;

/** Never waits on a pipe that took the file's place, never follows a link that did. */
const openFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

function unreadable(path: string, why: string, cause?: unknown): TowlineError {
  return new TowlineError('context-unreadable', { why: `${path}: ${why}`, cause });
}

function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'it vanished while the context was sent';
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not read it';
  if (code === 'ELOOP') return 'it became a symbolic link while the context was sent';
  return error instanceof Error ? error.message : String(error);
}

function requireFile(path: string, status: Stats): void {
  if (!status.isFile()) throw unreadable(path, 'it is no longer a file');
}

function changed(path: string): TowlineError {
  return unreadable(path, 'its size changed while it was sent');
}

function readSmall(path: string): Buffer | undefined {
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

type Header = Parameters<Pack['entry']>[0];

function addWhole(archive: Pack, header: Header, bytes: Buffer | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const done = (error?: Error | null) => (error ? reject(error) : resolve());
  if (bytes) archive.entry({ ...header, size: bytes.length }, bytes, done);
  else archive.entry(header, done);
  return promise;
}

async function addLarge(archive: Pack, header: Header, path: string, signal: AbortSignal): Promise<void> {
  const file = await open(path, openFlags);
  try {
    const status = await file.stat();
    requireFile(path, status);
    const { promise: written, resolve, reject } = Promise.withResolvers<void>();
    // The archive may be destroyed while nobody waits on this yet.
    written.catch(() => undefined);
    const done = (error?: Error | null) => (error ? reject(error) : resolve());
    // The library's own stream type leaves out that `end` needs no argument.
    const entry = archive.entry({ ...header, size: status.size }, done) as unknown as Writable;
    let sent = 0;
    while (true) {
      signal.throwIfAborted();
      const chunk = Buffer.allocUnsafe(chunkSize);
      const { bytesRead } = await file.read(chunk, 0, chunkSize, sent);
      if (bytesRead === 0) break;
      sent += bytesRead;
      if (sent > status.size) throw changed(path);
      if (!entry.write(chunk.subarray(0, bytesRead))) {
        const drained = Promise.withResolvers<void>();
        entry.once('drain', () => drained.resolve());
        await Promise.race([drained.promise, written]);
      }
    }
    if (sent !== status.size) throw changed(path);
    entry.end();
    await written;
  } finally {
    await file.close();
  }
}

/** Paths in the archive as the engine wants them; modes as Docker's clients send them from Windows. */
function headerOf(file: ContextFile, platform: NodeJS.Platform): Header {
  const mode = platform === 'win32' && file.kind !== 'symlink' ? 0o755 : file.mode & 0o7777;
  return { name: file.path, mode, mtime: fixedTime, uid: 0, gid: 0 };
}

async function addFile(
  archive: Pack,
  folder: string,
  file: ContextFile,
  platform: NodeJS.Platform,
  signal: AbortSignal,
) {
  const path = join(folder, file.path);
  const header = headerOf(file, platform);
  try {
    if (file.kind === 'folder') return await addWhole(archive, { ...header, type: 'directory' }, undefined);
    if (file.kind === 'symlink') {
      const linkname = readlinkSync(path).replaceAll(platform === 'win32' ? '\\' : '\0', '/');
      return await addWhole(archive, { ...header, type: 'symlink', linkname }, undefined);
    }
    const bytes = readSmall(path);
    return await (bytes
      ? addWhole(archive, { ...header, type: 'file' }, bytes)
      : addLarge(archive, { ...header, type: 'file' }, path, signal));
  } catch (error) {
    if (error instanceof TowlineError || signal.aborted || archive.destroyed) throw error;
    throw unreadable(path, reasonOf(error), error);
  }
}

/**
 * A tar archive of exactly these files that is read from disk as fast as the engine takes it: memory does not
 * grow with the context. Equal content gives equal bytes. A file that vanishes, grows or shrinks on the way
 * breaks it off with `context-unreadable`.
 * @param extra files that do not lie in the folder
 */
export async function packContext(
  folder: string,
  files: readonly ContextFile[],
  extra: readonly { readonly name: string; readonly bytes: Buffer }[],
  platform: NodeJS.Platform,
  signal: AbortSignal,
): Promise<PackedContext> {
  const { pack } = await import('tar-stream');
  const archive = pack();
  let failure: unknown;
  async function fill(): Promise<void> {
    for (const { name, bytes } of extra) {
      await addWhole(archive, { name, mode: 0o600, mtime: fixedTime, uid: 0, gid: 0, type: 'file' }, bytes);
    }
    for (const file of files) {
      signal.throwIfAborted();
      await addFile(archive, folder, file, platform, signal);
    }
    archive.finalize();
  }
  fill().catch((error: unknown) => {
    if (archive.destroyed) return;
    failure = error;
    archive.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  return { archive: archive as unknown as Readable, failure: () => failure };
}
