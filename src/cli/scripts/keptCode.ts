import { readdirSync, readFileSync, renameSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';

/** Compiled code of one script, as earlier processes left it. */
export interface KeptCode {
  /** File that it lies in, or would lie in. */
  readonly path: string;
  /** Undefined where nothing is kept, or not whole. */
  readonly code: Buffer | undefined;
  /** How many processes have put in what they called; 0 without code. */
  readonly times: number;
}

/** Format, sum of the code, times: unsigned 32-bit numbers, little-endian; filled up for V8, which reads by eight bytes. */
const headSize = 16;
const format = 0x32434c54;
const namePrefix = 'towline-';
const keptDays = 30;

/**
 * Finds what is kept of a script for a command: each command calls other functions, and code that is not called costs
 * as much to load. Reads one file.
 * @param folder of this user, this version of Node and its flags
 * @param script a file whose name tells its text: V8 itself compares no more than the length
 */
export function findKeptCode(folder: string, script: string, command: string): KeptCode {
  const name = `${namePrefix}${basename(script, '.cjs')}-${command}`;
  const none = { path: join(folder, name), code: undefined, times: 0 };
  let bytes: Buffer;
  try {
    bytes = readFileSync(none.path);
  } catch {
    return none;
  }
  if (bytes.length < headSize || bytes.readUInt32LE(0) !== format) return none;
  const code = bytes.subarray(headSize);
  // V8 believes what it is given: a part of a file could end the process.
  if (bytes.readUInt32LE(4) !== crc32(code)) return none;
  return { ...none, code, times: bytes.readUInt32LE(8) };
}

/** Puts code in the place of what was kept, whole or not at all; where that fails, the next process compiles again. */
export function keepCode({ path, times }: KeptCode, code: Buffer): void {
  const head = Buffer.alloc(headSize);
  for (const [index, value] of [format, crc32(code), times + 1].entries())
    head.writeUInt32LE(value, index * 4);
  const unfinished = `${path}.${process.pid}`;
  try {
    try {
      writeFileSync(unfinished, Buffer.concat([head, code]), { mode: 0o600, flag: 'wx' });
      renameSync(unfinished, path);
    } finally {
      rmSync(unfinished, { force: true });
    }
    if (times === 0) removeOld(dirname(path));
  } catch {
    // Kept code saves time and nothing else.
  }
}

/** Code of versions that are no longer there, and what a killed process left unfinished. */
function removeOld(folder: string): void {
  const oldest = Date.now() - keptDays * 24 * 60 * 60 * 1000;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (name.startsWith(namePrefix) && statSync(path).mtimeMs < oldest) unlinkSync(path);
  }
}
