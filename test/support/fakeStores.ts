import type { RunEvent } from '../../src/domain/runs/runEvent.ts';
import type { JournalStore, RecordStore } from '../../src/engine/ports/journalStore.ts';
import { encodeRecord } from '../../src/engine/runs/journalRecord.ts';

export interface FakeRecords extends RecordStore {
  /** Names in the order they were written. */
  readonly writes: readonly string[];
}

/** Records in memory. */
export function createFakeRecords(initial: Readonly<Record<string, string>> = {}): FakeRecords {
  const texts = new Map(Object.entries(initial));
  const writes: string[] = [];
  return {
    writes,
    read: (name) => texts.get(name),
    write(name, text) {
      texts.set(name, text);
      writes.push(name);
      return Promise.resolve();
    },
    remove(name) {
      texts.delete(name);
      return Promise.resolve();
    },
    list: (group) =>
      [...texts.keys()].filter((name) => name.slice(0, name.lastIndexOf('/')) === group).sort(),
  };
}

export interface FakeJournal extends JournalStore {
  /** What a run's owner writes next; whoever watches hears of it. */
  write(run: number, ...events: readonly RunEvent[]): void;
  writeBytes(run: number, bytes: Uint8Array): void;
  /** Says who owns a run; whoever watches hears of it. */
  setOwner(run: number, owner: 'alive' | 'gone' | undefined): void;
  readonly cancelRequests: readonly number[];
  /** How many watch now. */
  readonly watchers: number;
}

/** Journals in memory, written by somebody else. */
export function createFakeJournal(): FakeJournal {
  const journals = new Map<number, Buffer>();
  const owners = new Map<number, 'alive' | 'gone'>();
  const listeners = new Set<(run: number) => void>();
  const cancelRequests: number[] = [];
  const tell = (run: number): void => {
    for (const listener of listeners) listener(run);
  };
  const unused = (): never => {
    throw new Error('This journal is written by somebody else.');
  };
  const journal: FakeJournal = {
    cancelRequests,
    get watchers() {
      return listeners.size;
    },
    write(run, ...events) {
      journal.writeBytes(run, Buffer.from(events.map(encodeRecord).join('')));
    },
    writeBytes(run, bytes) {
      journals.set(run, Buffer.concat([journals.get(run) ?? Buffer.alloc(0), bytes]));
      tell(run);
    },
    setOwner(run, owner) {
      if (owner) owners.set(run, owner);
      else owners.delete(run);
      tell(run);
    },
    createRun: unused,
    listRuns: () => [...journals.keys()].sort((a, b) => a - b),
    read(run, offset) {
      const bytes = journals.get(run);
      return Promise.resolve(bytes && { bytes: bytes.subarray(offset), size: bytes.length });
    },
    readLog: () => Promise.resolve(undefined),
    owner(run) {
      const owner = owners.get(run);
      return owner && { process: 1, machine: 'test', alive: owner === 'alive' };
    },
    requestCancel(run) {
      cancelRequests.push(run);
      return Promise.resolve();
    },
    makeWorkFolder: unused,
    abandonedWork: () => [],
    remove(run) {
      if (owners.get(run) === 'alive') return Promise.resolve(false);
      return Promise.resolve(journals.delete(run));
    },
    watch(listener) {
      listeners.add(listener);
      return Promise.resolve({ dispose: () => void listeners.delete(listener) });
    },
  };
  return journal;
}
