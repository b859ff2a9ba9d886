import type { RunEvent } from '../../domain/runs/runEvent.ts';
import type { OwnedRun } from '../ports/journalStore.ts';
import { encodeRecord } from './journalRecord.ts';

export interface JournalWriter {
  /** Resolves once the event is on disk and announced, in that order. */
  record(event: RunEvent): Promise<void>;
}

/**
 * Writes events to disk before it announces them. Events that arrive while a write is under way share the
 * next one, so that a burst costs one sync. After a failed write every later one fails too: an event must
 * not stand behind a gap.
 */
export function createJournalWriter(run: OwnedRun, announce: (event: RunEvent) => void): JournalWriter {
  let waiting: RunEvent[] = [];
  let flushing: Promise<void> | undefined;
  const encoder = new TextEncoder();

  async function flush(): Promise<void> {
    // One turn of the event loop gathers what is recorded together.
    await new Promise(setImmediate);
    const batch = waiting;
    waiting = [];
    await run.append(encoder.encode(batch.map(encodeRecord).join('')));
    for (const event of batch) announce(event);
  }

  return {
    record(event) {
      waiting.push(event);
      if (waiting.length > 1 && flushing) return flushing;
      flushing = flushing ? flushing.then(flush) : flush();
      return flushing;
    },
  };
}
