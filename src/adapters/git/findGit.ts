import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/**
 * Absolute path of `git`, or undefined. Relative entries of PATH are left out: they would find a program in
 * the repository that is being read.
 */
export function findGit(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const windows = process.platform === 'win32';
  const search = (windows ? (environment.Path ?? environment.PATH) : environment.PATH) ?? '';
  for (const folder of search.split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const candidate = join(folder, windows ? 'git.exe' : 'git');
    try {
      // Most folders lack it, and an error costs more than the question.
      if (!statSync(candidate, { throwIfNoEntry: false })?.isFile()) continue;
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // The next folder may have it.
    }
  }
  return undefined;
}
