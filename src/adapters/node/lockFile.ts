import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { isMissing, systemCode, unreadable, unwritable } from './fileFailure.ts';
import { identifyThisProcess, isOfThisMachine, isRunning, type ProcessIdentity } from './processIdentity.ts';
import { uniqueName } from './uniqueName.ts';

export interface LockOwner extends ProcessIdentity {
  /** Tells apart what one process locks one after the other. */
  readonly id: string;
}

export interface Lock {
  /** Gives the lock up; only our own. Missing is fine. */
  release(): void;
}

/** How long a lock holds whose owner cannot be seen from this machine, or is not readable. Milliseconds. */
const foreignLimit = 15 * 60_000;
const unreadableLimit = 10_000;

function parseOwner(text: string): LockOwner | undefined {
  try {
    const value: Partial<Record<keyof LockOwner, unknown>> = JSON.parse(text);
    const { process, machine, start, id } = value;
    if (
      typeof process === 'number' &&
      typeof machine === 'string' &&
      typeof start === 'string' &&
      typeof id === 'string' &&
      /^[\w-]+$/.test(id)
    ) {
      return { process, machine, start, id };
    }
  } catch {
    // Half a file: its writer died, or is just writing where hard links do not exist.
  }
  return undefined;
}

/** Nobody this machine knows, with an id that the next unreadable file does not share. */
function unknownOwner(path: string): LockOwner {
  const { ino, mtimeMs } = statSync(path);
  return { process: 0, machine: '', start: '', id: `${ino}-${Math.round(mtimeMs)}` };
}

/** What a lock file says, or undefined where there is none. Throws `context-unreadable`. */
export function readLockOwner(path: string): LockOwner | undefined {
  try {
    return parseOwner(readFileSync(path, 'utf8')) ?? unknownOwner(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unreadable(path, error);
  }
}

/** Puts a file there with its whole content at once, unless one is there already. */
function createWhole(path: string, text: string): boolean {
  const temporary = `${path}.${uniqueName()}.tmp`;
  try {
    writeFileSync(temporary, text, { flag: 'wx' });
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    if (isMissing(error) || systemCode(error) === 'ENOSPC') throw unwritable(path, error);
    return createWithoutLink(path, text);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** For file systems without hard links (FAT, some shared folders): readers may see it empty for a moment. */
function createWithoutLink(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw unwritable(path, error);
  }
}

function isHeld(path: string, owner: LockOwner): boolean {
  if (isOfThisMachine(owner)) return isRunning(owner);
  const written = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Date.now() - written < (owner.process === 0 ? unreadableLimit : foreignLimit);
}

/** Where the one who takes over from a dead owner signs. The name holds that owner's id, so only one can. */
function successorPath(path: string, owner: LockOwner): string {
  return `${path}.after-${owner.id}`;
}

interface Chain {
  /** Every file from the lock itself to the newest successor. */
  readonly paths: readonly string[];
  readonly last: LockOwner | undefined;
  /** Where a successor of the last one signs. */
  readonly next: string;
}

function readChain(path: string): Chain {
  const paths: string[] = [];
  let last: LockOwner | undefined;
  let next = path;
  for (;;) {
    const owner = readLockOwner(next);
    if (owner === undefined || paths.includes(next)) return { paths, last, next };
    paths.push(next);
    last = owner;
    next = successorPath(path, owner);
  }
}

function release(path: string, own: LockOwner): void {
  const { paths, last } = readChain(path);
  if (last?.id !== own.id) return;
  // The first removal frees the lock; what is left then is found by nobody.
  for (const link of paths) rmSync(link, { force: true });
}

/**
 * Takes a lock, or tells who has it. A dead owner's lock passes to exactly one of those who try: nothing is
 * removed to take over, the successor signs in a file that only one can create. A lock of another machine, whose
 * processes cannot be seen, holds for 15 minutes. Throws `journal-failed`, `context-unreadable`.
 */
export function acquireLock(path: string): Lock | { readonly owner: LockOwner } {
  const own: LockOwner = { ...identifyThisProcess(), id: uniqueName() };
  for (;;) {
    const { paths, last, next } = readChain(path);
    if (last !== undefined && isHeld(paths.at(-1) ?? path, last)) return { owner: last };
    if (!createWhole(next, `${JSON.stringify(own)}\n`)) continue;
    // The lock may have been freed between reading and signing; then the signature stands beside nothing.
    if (readChain(path).last?.id === own.id) return { release: () => release(path, own) };
    rmSync(next, { force: true });
  }
}
