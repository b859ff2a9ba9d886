import { stepNames } from '../../domain/runs/stepName.ts';
import { pruneResults } from '../keys/results.ts';
import type { JournalStore, RecordStore } from '../ports/journalStore.ts';

/** Keeps the newest runs and drops the rest with their logs. Runs that are still going on stay. */
export async function pruneRuns(journal: JournalStore, records: RecordStore, keep: number): Promise<void> {
  const runs = journal.listRuns();
  const old = runs.slice(0, Math.max(0, runs.length - Math.max(1, keep)));
  if (old.length === 0) return;
  for (const run of old) await journal.remove(run);
  for (const step of stepNames) await pruneResults(records, step);
}
