import type { JournalStore } from '../ports/journalStore.ts';
import type { Ports } from '../ports/ports.ts';

/**
 * Ends what a killed Towline left running in this repository, so that it cannot disturb the next run, and removes
 * its temporary files. Gives a sentence for each run that had something running.
 */
export async function endLeftovers(
  { files, processes }: Pick<Ports, 'files' | 'processes'>,
  journal: JournalStore,
): Promise<readonly string[]> {
  const notices: string[] = [];
  for (const { run, folder } of journal.abandonedWork()) {
    const ended = await processes.endMarked(folder);
    await files.remove(folder);
    if (ended.length > 0)
      notices.push(`Run ${run} was killed and had left running: ${ended.join('; ')}. That was ended.`);
  }
  return notices;
}
