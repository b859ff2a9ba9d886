import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Disposable } from '../../base/disposable.ts';
import type { JournalStore, OwnedRun, RunOwner } from '../../engine/ports/journalStore.ts';
import { type AppendOnlyFile, createAppendOnlyFile } from './appendOnlyFile.ts';
import { isMissing, systemCode, unreadable, unwritable } from './fileFailure.ts';
import { acquireLock, type Lock, readLockOwner } from './lockFile.ts';
import { createOwnedRun } from './ownedRun.ts';
import { isOfThisMachine, isRunning } from './processIdentity.ts';
import { listNames, listRunNumbers, nameRunFiles, type RunFiles, runOfFile } from './runFiles.ts';

const journalEnding = 'jsonl';
/** Files that keep a number from being given again. */
const numberEndings = [journalEnding, 'removed'];

type Bytes = { readonly bytes: Uint8Array; readonly size: number };

async function readFrom(path: string, offset: number): Promise<Bytes | undefined> {
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    const bytes = Buffer.allocUnsafe(Math.max(0, size - offset));
    let read = 0;
    while (read < bytes.length) {
      const { bytesRead } = await file.read(bytes, read, bytes.length - read, offset + read);
      // The owner cut off an append that failed.
      if (bytesRead === 0) break;
      read += bytesRead;
    }
    return { bytes: bytes.subarray(0, read), size: Math.min(size, offset + read) };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unreadable(path, error);
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw unwritable(folder, error);
  }
}

/** Undefined when another process has just made that run. */
function createJournal(path: string): AppendOnlyFile | undefined {
  try {
    return createAppendOnlyFile(path);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return undefined;
    throw unwritable(path, error);
  }
}

interface Claim {
  readonly number: number;
  readonly lock: Lock;
  readonly journal: AppendOnlyFile;
}

/** Takes the next number: locked first, so that nobody ever sees the run without its owner. */
async function claimNumber(files: RunFiles): Promise<Claim | undefined> {
  const highest = () => listRunNumbers(files.folder, numberEndings).at(-1) ?? 0;
  const number = highest() + 1;
  const lock = acquireLock(files.lock(number));
  if ('owner' in lock) return undefined;
  try {
    const journal = createJournal(files.journal(number));
    // Runs may have come and gone since the numbers were read.
    if (journal !== undefined && highest() === number && !existsSync(files.removed(number))) {
      return { number, lock, journal };
    }
    if (journal !== undefined) {
      await journal.close();
      rmSync(files.journal(number), { force: true });
    }
  } catch (error) {
    lock.release();
    throw error;
  }
  lock.release();
  return undefined;
}

async function createRun(files: RunFiles): Promise<OwnedRun> {
  makeFolder(files.folder);
  for (;;) {
    const claim = await claimNumber(files);
    if (claim !== undefined) return createOwnedRun(claim.number, files, claim.journal, claim.lock);
  }
}

function readOwner(files: RunFiles, run: number): RunOwner | undefined {
  const owner = readLockOwner(files.lock(run));
  if (owner === undefined) return undefined;
  return { process: owner.process, machine: owner.machine, alive: isRunning(owner) };
}

/** What processes of another machine are at cannot be seen from here. */
function isAbandoned(files: RunFiles, run: number): boolean {
  const owner = readLockOwner(files.lock(run));
  return owner === undefined || (isOfThisMachine(owner) && !isRunning(owner));
}

function removeRun(files: RunFiles, run: number): boolean {
  if (readOwner(files, run)?.alive) return false;
  const names = listNames(files.folder);
  const given = listRunNumbers(files.folder, numberEndings);
  const remove = (name: string) => rmSync(join(files.folder, name), { recursive: true, force: true });
  try {
    if (given.at(-1) === run) writeFileSync(files.removed(run), '');
    // The journal goes last: until then the run is listed, and a removal that was cut short can be repeated.
    for (const name of names) if (name.startsWith(`${run}.`) && !isNumber(name)) remove(name);
    rmSync(files.journal(run), { force: true });
    const isOutdated = (name: string) => (runOfFile(name, ['removed']) ?? run) < run;
    for (const name of names.filter(isOutdated)) remove(name);
  } catch (error) {
    throw unwritable(files.folder, error);
  }
  return true;
}

function isNumber(name: string): boolean {
  return runOfFile(name, numberEndings) !== undefined;
}

/**
 * Calls back with the names of files directly in a folder that changed, appeared or went, until disposed of.
 * Resolves when nothing is missed any more.
 */
export type WatchFolder = (folder: string, onChange: (name: string) => void) => Promise<Disposable>;

/** The runs below `folder`, which is made when the first one is. */
export function openJournalStore(folder: string, watchFolder: WatchFolder): JournalStore {
  const files = nameRunFiles(folder);
  return {
    createRun: () => createRun(files),
    listRuns: () => listRunNumbers(folder, [journalEnding]),
    read: (run, offset) => readFrom(files.journal(run), offset),
    readLog: (run, log, offset) => readFrom(files.log(run, log), offset),
    owner: (run) => readOwner(files, run),
    async requestCancel(run) {
      if (!existsSync(files.journal(run))) return;
      try {
        writeFileSync(files.cancel(run), '');
      } catch (error) {
        throw unwritable(files.cancel(run), error);
      }
    },
    async makeWorkFolder(run) {
      makeFolder(files.work(run));
      return files.work(run);
    },
    abandonedWork: () =>
      listRunNumbers(folder, ['work'])
        .filter((run) => isAbandoned(files, run))
        .map((run) => ({ run, folder: files.work(run) })),
    remove: async (run) => removeRun(files, run),
    async watch(listener) {
      makeFolder(folder);
      const onChange = (name: string): void => {
        const run = runOfFile(name, [journalEnding, 'log', 'lock']);
        if (run !== undefined) listener(run);
      };
      return watchFolder(folder, onChange);
    },
  };
}
