import { deferred } from '../../base/deferred.ts';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { RunEvent } from '../../domain/runs/runEvent.ts';
import type { JournalStore } from '../ports/journalStore.ts';
import { decodeRecords } from './journalRecord.ts';

/**
 * A run's events from the first on, and each new one when its owner has written it. Ends after `run-finished`,
 * or when the owner is gone without it: the run is then interrupted. Throws `run-not-found`.
 */
export async function* followRun(
  journal: JournalStore,
  run: number,
  signal: AbortSignal,
): AsyncGenerator<RunEvent> {
  let moved = deferred<void>();
  const watching = await journal.watch((changed) => {
    if (changed === run) moved.resolve();
  });
  const stop = (): void => moved.resolve();
  signal.addEventListener('abort', stop);
  try {
    for (let offset = 0; ; ) {
      signal.throwIfAborted();
      moved = deferred();
      // Asked before reading: what an owner wrote before it went away is then still read.
      const alive = journal.owner(run)?.alive === true;
      const read = await journal.read(run, offset);
      if (!read) throw new TowlineError('run-not-found', { why: `Run ${run} is not kept here.` });
      const { events, consumed } = decodeRecords(read.bytes);
      offset += consumed;
      for (const event of events) {
        yield event;
        if (event.type === 'run-finished') return;
      }
      if (!alive) return;
      await moved.promise;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    watching.dispose();
  }
}
