import { createHash, hash as hashOnce } from 'node:crypto';
import { closeSync, readFileSync } from 'node:fs';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import { readNext } from './descriptorCalls.ts';
import { unreadable } from './fileFailure.ts';
import { openRegularFile } from './regularFile.ts';

/** Below this a synchronous read beats four trips through the thread pool. Bytes. */
const smallFile = 256 * 1024;
const chunkSize = 1024 * 1024;

type HashDescriptor = (descriptor: number, signal: AbortSignal) => Promise<string>;

/** Keeps the last chunk that is done with: one for each file would wait by the dozen for the garbage collector. */
function createHashStream(): HashDescriptor {
  let spare: Buffer | undefined;
  return async (descriptor, signal) => {
    const hash = createHash('sha256');
    const chunk = spare ?? Buffer.allocUnsafe(chunkSize);
    spare = undefined;
    for (;;) {
      const bytesRead = await readNext(descriptor, chunk);
      signal.throwIfAborted();
      if (bytesRead === 0) {
        spare = chunk;
        return hash.digest('hex');
      }
      hash.update(chunk.subarray(0, bytesRead));
    }
  };
}

/** Lower-case hex SHA-256 of a regular file that is not a symbolic link. Throws `context-unreadable`. */
export function createHashFile(): (path: string, signal: AbortSignal) => Promise<string> {
  const hashStream = createHashStream();
  return async (path, signal) => {
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
  };
}
