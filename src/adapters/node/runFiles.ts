import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isMissing, unreadable } from './fileFailure.ts';

/** Names of the files of one repository's runs. */
export interface RunFiles {
  readonly folder: string;
  journal(run: number): string;
  lock(run: number): string;
  cancel(run: number): string;
  log(run: number, log: string): string;
  work(run: number): string;
  /** Left of a removed run while its number is the highest given. */
  removed(run: number): string;
}

export function nameRunFiles(folder: string): RunFiles {
  const name = (run: number, ending: string) => join(folder, `${run}.${ending}`);
  return {
    folder,
    journal: (run) => name(run, 'jsonl'),
    lock: (run) => name(run, 'lock'),
    cancel: (run) => name(run, 'cancel'),
    // Names of services may hold slashes.
    log: (run, log) => name(run, `${encodeURIComponent(log)}.log`),
    work: (run) => name(run, 'work'),
    removed: (run) => name(run, 'removed'),
  };
}

/** File names in the folder; none where it does not exist yet. Throws `context-unreadable`. */
export function listNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw unreadable(folder, error);
  }
}

/** The run a file belongs to, if its ending is one of `endings`. */
export function runOfFile(name: string, endings: readonly string[]): number | undefined {
  const [, run, ending] = /^(\d+)\.(?:.*\.)?(\w+)$/.exec(name) ?? [];
  return ending !== undefined && endings.includes(ending) ? Number(run) : undefined;
}

/** Numbers of the runs that have a file with one of the endings, ascending, each once. */
export function listRunNumbers(folder: string, endings: readonly string[]): readonly number[] {
  const numbers = listNames(folder).map((name) => runOfFile(name, endings));
  return [...new Set(numbers.filter((run) => run !== undefined))].sort((a, b) => a - b);
}
