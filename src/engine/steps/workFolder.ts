import type { StepContext } from './step.ts';

/** A run's folder for temporary files: it goes with the run, or with the next one when this one is killed. */
export function workFolder({ scope }: StepContext): Promise<string> {
  const { ports, opened, run } = scope;
  return ports.stores.openJournal(opened.repository.place.commonFolder).makeWorkFolder(run);
}
