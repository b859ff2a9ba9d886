import type { RunEvent } from '../../domain/runs/runEvent.ts';
import type { StepName } from '../../domain/runs/stepName.ts';
import type { OwnedRun } from '../ports/journalStore.ts';
import type { StepReport } from '../steps/step.ts';

export interface RecordedReport extends StepReport {
  /** Waits for what was reported so far; bytes in the side log. */
  settled(): Promise<number>;
}

/** Name of a step's side log. */
export function logName(service: string, step: StepName): string {
  return `${encodeURIComponent(service)}.${step}`;
}

/** Turns a step's words into log text and events, in the order they came. */
export function createStepReport(
  place: { readonly service: string; readonly step: StepName },
  owned: OwnedRun,
  record: (event: RunEvent) => Promise<void>,
  now: () => number,
  onWaiting: () => void,
): RecordedReport {
  const states = new Map<string, string>();
  let logSize = 0;
  let logged: Promise<void> = Promise.resolve();
  // A journal that cannot be written fails the step's own next record; these only must not go unheard twice.
  const recordQuietly = (event: RunEvent): void => void record(event).catch(() => undefined);
  let waiting = '';

  const writeLog = async (): Promise<void> => {
    const text = waiting;
    waiting = '';
    if (text !== '') logSize = await owned.appendLog(logName(place.service, place.step), text);
  };

  return {
    output(text) {
      waiting += text;
      // Output that arrives while a write is under way goes out with the next one.
      if (waiting !== text) return;
      logged = logged.then(writeLog);
      // Told by `settled`; a rejection that nobody has heard by then would end the process.
      logged.catch(() => undefined);
    },
    substep(id, name, state) {
      if (states.get(id) === state) return;
      states.set(id, state);
      recordQuietly({ type: 'substep', at: now(), ...place, id, name, state });
    },
    notice(message) {
      recordQuietly({ type: 'notice', at: now(), service: place.service, message });
    },
    waiting: onWaiting,
    async settled() {
      await logged;
      return logSize;
    },
  };
}
