import { closeSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { syncAll, syncData } from './descriptorCalls.ts';
import { unwritable } from './fileFailure.ts';
import { uniqueName } from './uniqueName.ts';

/** Writes until every byte is taken: a nearly full disk takes a part without an error, and refuses the rest. */
export function writeEveryByte(descriptor: number, bytes: Uint8Array, position: number | null): void {
  let written = 0;
  while (written < bytes.length) {
    const at = position === null ? null : position + written;
    written += writeSync(descriptor, bytes, written, bytes.length - written, at);
  }
}

/** Makes names that were added to or taken from a folder survive a power loss. Windows has no such call. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    await syncAll(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

async function writeAndSync(path: string, text: string, mode: number): Promise<void> {
  const descriptor = openSync(path, 'wx', mode);
  try {
    writeEveryByte(descriptor, Buffer.from(text, 'utf8'), null);
    await syncData(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Replaces a file as a whole or not at all. Keeps the permission bits of what was there (0666 less the umask
 * for a new file); a symbolic link is replaced, not written through. Throws `journal-failed`.
 */
export async function writeWhole(
  path: string,
  text: string,
  { secret }: { readonly secret: boolean } = { secret: false },
): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path).slice(0, 100)}.${uniqueName()}.tmp`);
  try {
    const before = statSync(path, { throwIfNoEntry: false });
    await writeAndSync(
      temporary,
      text,
      before === undefined ? (secret ? 0o600 : 0o666) : before.mode & 0o777,
    );
    renameSync(temporary, path);
    await syncFolder(folder);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw unwritable(path, error);
  }
}
