import type { Memento } from 'vscode';

/** A run this window had going, kept across a reload. */
export interface GoingRun {
  readonly repository: string;
  readonly run: number;
}

const key = 'towline.going';

/** What the window had going when it was last seen. */
export interface GoingRuns {
  list(): readonly GoingRun[];
  add(run: GoingRun): void;
  remove(run: GoingRun): void;
}

export function createGoingRuns(memento: Memento): GoingRuns {
  const list = (): readonly GoingRun[] => memento.get<readonly GoingRun[]>(key, []);
  const same = (a: GoingRun, b: GoingRun): boolean => a.repository === b.repository && a.run === b.run;
  const write = (runs: readonly GoingRun[]): void => void memento.update(key, runs);
  return {
    list,
    add: (run) => write([...list().filter((other) => !same(other, run)), run]),
    remove: (run) => write(list().filter((other) => !same(other, run))),
  };
}

/** Milliseconds between a window's end and its next start that count as a reload rather than another day. */
const reloadLimit = 120_000;

/** Whether the user still waits for a run that its window's end cut short. */
export function isReload(stoppedAt: number, now: number): boolean {
  return now - stoppedAt < reloadLimit;
}
