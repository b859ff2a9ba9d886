import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/**
 * The Git common folder a path belongs to, by looking alone: no program is started, so that the records of a
 * folder nobody trusts yet can be read. Undefined where there is none, or its pointers lead nowhere.
 */
export function findGitFolder(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const found = gitFolderAt(join(at, '.git'));
    if (found !== undefined || dirname(at) === at) return found;
  }
}

/** `.git` is the folder itself, or a file that names it (worktrees, submodules). */
function gitFolderAt(path: string): string | undefined {
  try {
    const status = statSync(path, { throwIfNoEntry: false });
    if (status === undefined) return undefined;
    const own = status.isDirectory() ? path : pointedTo(path, /^gitdir: (.+)$/m);
    if (own === undefined || !statSync(join(own, 'HEAD'), { throwIfNoEntry: false })) return undefined;
    const common = join(own, 'commondir');
    const shared = statSync(common, { throwIfNoEntry: false }) ? pointedTo(common, /^(.+)$/m) : own;
    // Git names it without links, and the same place must have the same name.
    return shared === undefined ? undefined : realpathSync(shared);
  } catch {
    return undefined;
  }
}

function pointedTo(file: string, pattern: RegExp): string | undefined {
  const written = pattern.exec(readFileSync(file, 'utf8'))?.[1]?.trim();
  return written === undefined ? undefined : resolve(dirname(file), written);
}

/** What the names of the journal files tell without reading one. */
export interface JournalIndex {
  readonly runs: number;
  /** Runs that somebody owned when their process last wrote: going on, or interrupted. */
  readonly owned: number;
}

export function readJournalIndex(commonFolder: string): JournalIndex {
  try {
    const names = readdirSync(join(commonFolder, 'towline', 'runs'));
    const count = (ending: string): number => names.filter((name) => name.endsWith(ending)).length;
    return { runs: count('.jsonl'), owned: count('.lock') };
  } catch {
    return { runs: 0, owned: 0 };
  }
}
