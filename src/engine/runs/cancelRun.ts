import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { JournalStore } from '../ports/journalStore.ts';

/** Asks the owner of a run to stop it. The owner records the end; this does not wait for it. Throws `run-not-found`. */
export async function cancelRun(journal: JournalStore, run: number): Promise<'asked' | 'not-running'> {
  if (!journal.listRuns().includes(run))
    throw new TowlineError('run-not-found', { why: `Run ${run} is not kept here.` });
  if (!journal.owner(run)?.alive) return 'not-running';
  await journal.requestCancel(run);
  return 'asked';
}
