import type { KeptRun } from '../../engine/runs/readRun.ts';

/** The runs of a repository as far as they were read. */
export interface RepositoryRuns {
  readonly kind: 'unread' | 'read';
  /** Newest first. */
  readonly shown: readonly KeptRun[];
  /** Older ones that are kept and were not read. */
  readonly older: number;
}

export const unreadRuns: RepositoryRuns = { kind: 'unread', shown: [], older: 0 };

/** Puts a run where it belongs, in place of what was known of it. */
export function withRun(runs: RepositoryRuns, run: KeptRun): RepositoryRuns {
  const others = runs.shown.filter(({ state }) => state.run !== run.state.run);
  const at = others.findIndex(({ state }) => state.run < run.state.run);
  return { ...runs, shown: at < 0 ? [...others, run] : others.toSpliced(at, 0, run) };
}

export function withoutRun(runs: RepositoryRuns, number: number): RepositoryRuns {
  return { ...runs, shown: runs.shown.filter(({ state }) => state.run !== number) };
}

export function findRun(runs: RepositoryRuns, number: number): KeptRun | undefined {
  return runs.shown.find(({ state }) => state.run === number);
}
