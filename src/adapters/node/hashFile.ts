import { createHash, hash as hashOnce } from 'node:crypto';
import { closeSync, readFileSync } from 'node:fs';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import { readNext } from './descriptorCalls.ts';
import { unreadable } from './fileFailure.ts';
import { openRegularFile } from './regularFile.ts';

/** Below this a synchronous read beats four trips through the thread pool. Bytes. */
const smallFile = 256 * 1024;
const chunkSize = 1024 * 1024;

/** The last chunk that is done with: one for each file would wait by the dozen for the garbage collector. */
let spareChunk: Buffer | undefined;

async function hashStream(descriptor: number, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const chunk = spareChunk ?? Buffer.allocUnsafe(chunkSize);
  spareChunk = undefined;
  for (;;) {
    const bytesRead = await readNext(descriptor, chunk);
    if (bytesRead > 0) hash.update(chunk.subarray(0, bytesRead));
    else {
      spareChunk = chunk;
      return hash.digest('hex');
    }
    signal.throwIfAborted();
  }
}

/** Lower-case hex SHA-256 of a regular file that is not a symbolic link. Throws `context-unreadable`. */
export async function hashFile(path: string, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  try {
    const { descriptor, size } = openRegularFile(path, 'refused');
    try {
      if (size < smallFile) return hashOnce('sha256', readFileSync(descriptor), 'hex');
      return await hashStream(descriptor, signal);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (signal.aborted || TowlineError.is(error)) throw error;
    throw unreadable(path, error);
  }
}
