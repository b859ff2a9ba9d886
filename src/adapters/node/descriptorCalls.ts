import { fdatasync, fsync, read } from 'node:fs';

type Callback<T> = (error: Error | null, value: T) => void;

/** `promisify` would do, but loading `node:util` takes 2 ms of a process that ends after 90. */
function promised<T>(call: (done: Callback<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, value) => (error === null ? resolve(value) : reject(error)));
  });
}

/** Content of an open file to the disk. */
export function syncData(descriptor: number): Promise<void> {
  return promised((done: Callback<void>) => fdatasync(descriptor, (error) => done(error, undefined)));
}

/** Content and description of an open file or folder to the disk. */
export function syncAll(descriptor: number): Promise<void> {
  return promised((done: Callback<void>) => fsync(descriptor, (error) => done(error, undefined)));
}

/** Fills a buffer from where the last read ended; resolves with the number of bytes, 0 at the end. */
export function readNext(descriptor: number, into: Buffer): Promise<number> {
  return promised((done: Callback<number>) => read(descriptor, into, 0, into.length, null, done));
}
