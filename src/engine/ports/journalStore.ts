import type { Disposable } from '../../base/disposable.ts';

/** Who writes a run. Alive means: same machine, and that very process (not a later one with its number) still runs. */
export interface RunOwner {
  readonly process: number;
  readonly machine: string;
  readonly alive: boolean;
}

/** A run's files, held open by its one owner. */
export interface OwnedRun {
  readonly number: number;
  /** Resolves once every byte is on disk (written, counted, synced). Throws `journal-failed`; the file then ends at the last whole append. */
  append(bytes: Uint8Array): Promise<void>;
  /** Step output beside the journal; made when first written to. Not synced. Returns the log's size after the write. */
  appendLog(log: string, text: string): Promise<number>;
  /** Calls back once when another process asks to cancel. */
  onCancelRequested(listener: () => void): Disposable;
  /** Gives up ownership. The files stay. */
  close(): Promise<void>;
}

/**
 * Run files in `<git common folder>/towline/runs`: `12.jsonl` (journal), `12.lock` (owner), `12.<log>.log`,
 * `12.cancel` (a request), `12.work` (temporary files). Numbers rise and are never given twice, also with
 * several processes at once.
 */
export interface JournalStore {
  createRun(): Promise<OwnedRun>;
  /** Numbers of the runs that exist, ascending. */
  listRuns(): readonly number[];
  /** Journal bytes from an offset on; undefined when there is no such run. */
  read(
    run: number,
    offset: number,
  ): Promise<{ readonly bytes: Uint8Array; readonly size: number } | undefined>;
  readLog(
    run: number,
    log: string,
    offset: number,
  ): Promise<{ readonly bytes: Uint8Array; readonly size: number } | undefined>;
  /** Undefined when nobody owns it. */
  owner(run: number): RunOwner | undefined;
  requestCancel(run: number): Promise<void>;
  /** Absolute path of a run's folder for temporary files, made when missing. Its owner removes it. */
  makeWorkFolder(run: number): Promise<string>;
  /** Work folders of runs whose owner, a process of this machine, is gone. */
  abandonedWork(): readonly { readonly run: number; readonly folder: string }[];
  /** Removes a run's files; refuses (returns false) while its owner is alive. */
  remove(run: number): Promise<boolean>;
  /** Calls back with the number of a run whose journal or log grew, or that appeared. Watches, never polls. */
  watch(listener: (run: number) => void): Promise<Disposable>;
}

/**
 * Small records by name, whole or absent also across a crash: results by content key, remembered answers.
 * Names are POSIX-like paths of safe characters, e.g. `results/test/0f3a…`.
 */
export interface RecordStore {
  read(name: string): string | undefined;
  write(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Names of the records directly below a name, whole, sorted. */
  list(group: string): readonly string[];
}

/** Opens the stores of one repository. */
export interface Stores {
  openJournal(commonFolder: string): JournalStore;
  openRecords(commonFolder: string): RecordStore;
  /** Runs `work` while no other process holds the named lock in this repository; waits for it, abortable. */
  withLock<T>(commonFolder: string, name: string, work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}
