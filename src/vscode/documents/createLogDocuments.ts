import { type Disposable, Uri } from 'vscode';
import { type StepName, stepNames } from '../../domain/runs/stepName.ts';
import { schemes } from '../ids.ts';
import { createGrowingFiles } from './createGrowingFiles.ts';
import { createLogText, type LogText } from './logText.ts';

/** Milliseconds between two looks at a log that grows. */
const readPause = 250;

export interface LogPlace {
  /** Key of the repository. */
  readonly repository: string;
  /** Folder name of the repository, for people. */
  readonly name: string;
  readonly run: number;
  readonly service: string;
  readonly step: StepName;
}

export type ReadLog = (
  place: LogPlace,
  offset: number,
) => Promise<{ readonly text: string; readonly size: number } | undefined>;

/** Steps' outputs as read-only files. */
export interface LogDocuments extends Disposable {
  open(place: LogPlace): Promise<void>;
  /** Some logs of a run may have grown. */
  moved(repository: string, run: number): void;
}

interface OpenLog {
  readonly place: LogPlace;
  readonly uri: Uri;
  readonly text: LogText;
  timer: NodeJS.Timeout | undefined;
}

export function createLogDocuments(read: ReadLog, now: () => number): LogDocuments {
  const logs = new Map<string, OpenLog>();
  const files = createGrowingFiles({
    scheme: schemes.log,
    now,
    async open(uri) {
      const place = readPlace(uri);
      if (!place) return undefined;
      const log = { place, uri, text: createLogText(), timer: undefined };
      logs.set(uri.toString(), log);
      await grow(log);
      return log.text;
    },
    closed(uri) {
      clearTimeout(logs.get(uri.toString())?.timer);
      logs.delete(uri.toString());
    },
  });

  function grow(log: OpenLog): Promise<boolean> {
    return log.text.append((offset) => read(log.place, offset));
  }

  function look(log: OpenLog): void {
    log.timer ??= setTimeout(() => {
      grow(log)
        .then((grown) => {
          if (grown) files.grown(log.uri);
        })
        .catch(() => undefined)
        .finally(() => {
          log.timer = undefined;
        });
    }, readPause);
  }

  return {
    open: (place) => files.show(addressOf(place)),
    moved(repository, run) {
      for (const log of logs.values())
        if (log.place.repository === repository && log.place.run === run) look(log);
    },
    dispose() {
      for (const { timer } of logs.values()) clearTimeout(timer);
      logs.clear();
      files.dispose();
    },
  };
}

function addressOf(place: LogPlace): Uri {
  const { name, run, service, step } = place;
  const path = `/${name}/run ${run} ${service.replaceAll('/', '∕')} ${step}.log`;
  return Uri.from({ scheme: schemes.log, path, query: JSON.stringify(place) });
}

function readPlace({ query }: Uri): LogPlace | undefined {
  try {
    const { repository, name, run, service, step } = JSON.parse(query) as Partial<LogPlace>;
    const known = stepNames.find((each) => each === step);
    if (typeof repository !== 'string' || typeof name !== 'string' || typeof service !== 'string')
      return undefined;
    if (typeof run !== 'number' || known === undefined) return undefined;
    return { repository, name, run, service, step: known };
  } catch {
    return undefined;
  }
}
