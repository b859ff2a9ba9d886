import { join } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import type { Pack } from 'tar-stream';
import type { ContextFile } from '../../engine/ports/containerEngine.ts';
import {
  entryFailure,
  entryMode,
  entryTime,
  readEntry,
  readEntryLink,
  readSmallEntry,
} from './contextEntry.ts';

export interface PackedContext {
  readonly archive: Readable;
  /** Why the archive broke off, when it did. */
  failure(): unknown;
}

type Header = Parameters<Pack['entry']>[0];

function addWhole(archive: Pack, header: Header, bytes: Buffer | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const done = (error?: Error | null) => (error ? reject(error) : resolve());
  const entry = bytes
    ? archive.entry({ ...header, size: bytes.length }, bytes, done)
    : archive.entry(header, done);
  // The callback is told as well, and nobody listens to the entry itself.
  entry.on('error', () => undefined);
  return promise;
}

async function addLarge(archive: Pack, header: Header, path: string): Promise<void> {
  const { promise: written, resolve, reject } = Promise.withResolvers<void>();
  // The archive may be destroyed while nobody waits on this yet.
  written.catch(() => undefined);
  const done = (error?: Error | null) => (error ? reject(error) : resolve());
  let entry: Writable | undefined;
  const start = (size: number) => {
    // The library's own stream type leaves out that `end` needs no argument.
    entry = archive.entry({ ...header, size }, done) as unknown as Writable;
    entry.on('error', () => undefined);
  };
  for await (const chunk of readEntry(path, undefined, start)) {
    if (!entry || entry.write(chunk)) continue;
    const drained = Promise.withResolvers<void>();
    entry.once('drain', () => drained.resolve());
    await Promise.race([drained.promise, written]);
  }
  entry?.end();
  await written;
}

async function addEntry(archive: Pack, folder: string, file: ContextFile, platform: NodeJS.Platform) {
  const path = join(folder, file.path);
  const header = { name: file.path, mode: entryMode(file, platform), mtime: entryTime, uid: 0, gid: 0 };
  if (file.kind === 'folder') return addWhole(archive, { ...header, type: 'directory' }, undefined);
  if (file.kind === 'symlink') {
    return addWhole(
      archive,
      { ...header, type: 'symlink', linkname: readEntryLink(path, platform) },
      undefined,
    );
  }
  const bytes = readSmallEntry(path);
  return bytes
    ? addWhole(archive, { ...header, type: 'file' }, bytes)
    : addLarge(archive, { ...header, type: 'file' }, path);
}

/**
 * A tar archive of exactly these files that is read from disk as fast as the engine takes it: memory does not
 * grow with the context. Equal content gives equal bytes. A file that vanishes, grows or shrinks on the way
 * breaks it off with `context-unreadable`; destroying it stops the reading.
 * @param extra files that do not lie in the folder
 */
export async function packContext(
  folder: string,
  files: readonly ContextFile[],
  extra: readonly { readonly name: string; readonly bytes: Buffer }[],
  platform: NodeJS.Platform,
): Promise<PackedContext> {
  // A bundled CommonJS package has its default export alone.
  const {
    default: { pack },
  } = await import('tar-stream');
  const archive = pack();
  let failure: unknown;
  async function fill(): Promise<void> {
    for (const { name, bytes } of extra) {
      await addWhole(archive, { name, mode: 0o600, mtime: entryTime, uid: 0, gid: 0, type: 'file' }, bytes);
    }
    for (const file of files) {
      try {
        await addEntry(archive, folder, file, platform);
      } catch (error) {
        // An archive that its reader gave up is nobody's failure.
        if (archive.destroyed) return;
        failure = entryFailure(join(folder, file.path), error);
        throw failure;
      }
    }
    archive.finalize();
  }
  return {
    archive: readLazily(archive, () => fill().catch((error: Error) => archive.destroy(error))),
    failure: () => failure,
  };
}

/**
 * The archive as a stream of Node.js that begins to be filled at the first read: an error before somebody
 * listens would be lost, and with it the end of whoever waits.
 */
function readLazily(archive: Pack, fill: () => void): Readable {
  let started = false;
  const stream = new Readable({
    read() {
      if (!started) fill();
      started = true;
      archive.resume();
    },
    destroy(error, done) {
      archive.destroy();
      done(error);
    },
  });
  archive.on('data', (chunk) => {
    if (!stream.push(chunk)) archive.pause();
  });
  archive.on('end', () => stream.push(null));
  archive.on('error', (error: Error) => stream.destroy(error));
  return stream;
}
