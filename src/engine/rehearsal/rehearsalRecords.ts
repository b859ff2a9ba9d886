import {
  type RehearsalRecord,
  readRehearsalRecord,
  rehearsalRecords,
} from '../../domain/rehearsal/rehearsalRecord.ts';
import type { RecordStore } from '../ports/journalStore.ts';

/** Written before there is anything to remember. */
export function recordRehearsal(records: RecordStore, record: RehearsalRecord): Promise<void> {
  return records.write(`${rehearsalRecords}/${record.id}`, JSON.stringify(record));
}

export function forgetRehearsal(records: RecordStore, id: string): Promise<void> {
  return records.remove(`${rehearsalRecords}/${id}`);
}

/** Rehearsals of the repository that were begun and not seen to their end, the oldest first. */
export function listRecords(records: RecordStore): readonly RehearsalRecord[] {
  return records
    .list(rehearsalRecords)
    .flatMap((name) => readRehearsalRecord(records.read(name) ?? '') ?? [])
    .toSorted((one, other) => one.started.localeCompare(other.started));
}
