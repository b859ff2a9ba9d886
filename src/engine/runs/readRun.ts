import type { RunEvent } from '../../domain/runs/runEvent.ts';
import { type RunState, reduceRun } from '../../domain/runs/runState.ts';
import type { JournalStore } from '../ports/journalStore.ts';
import { decodeRecords } from './journalRecord.ts';

/** `interrupted`: its owner is gone and it never finished. */
export type RunStanding = 'running' | 'finished' | 'interrupted';

export interface KeptRun {
  readonly state: RunState;
  readonly standing: RunStanding;
}

/** A run as its journal tells it now; undefined when there is none, or its owner has not written the first record yet. */
export async function readRun(journal: JournalStore, run: number): Promise<KeptRun | undefined> {
  // Ownership first: an owner that finishes between the two reads is then seen as finished, not as interrupted.
  const alive = journal.owner(run)?.alive === true;
  const events = await readEvents(journal, run);
  const state = events.reduce(reduceRun, undefined as RunState | undefined);
  if (!state) return undefined;
  return { state, standing: state.outcome ? 'finished' : alive ? 'running' : 'interrupted' };
}

async function readEvents(journal: JournalStore, run: number): Promise<readonly RunEvent[]> {
  const read = await journal.read(run, 0);
  return read ? decodeRecords(read.bytes).events : [];
}
