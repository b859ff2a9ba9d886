import type { Problem } from '../errors/problem.ts';
import { compilePattern, type IgnorePattern } from './ignorePattern.ts';

/** Which paths of a folder belong to its build context. Paths are POSIX and relative to the context. */
export interface ContextFilter {
  /**
   * Whether the path itself is selected. A folder that is not selected still belongs to the context when
   * something below it is.
   */
  includes(path: string): boolean;
  /** Whether nothing below the folder can be selected, so that it need not be read. */
  canSkipFolder(path: string): boolean;
  /** Lines that no Docker accepts; the filter leaves them out. */
  readonly problems: readonly Problem[];
}

/** What Go's `path.Clean` makes of a path. */
function cleanPath(path: string): string {
  const rooted = path.startsWith('/');
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue;
    if (name === '..' && names.length > 0 && names.at(-1) !== '..') names.pop();
    else if (name !== '..' || !rooted) names.push(name);
  }
  return (rooted ? '/' : '') + names.join('/') || '.';
}

function readPattern(line: string): { readonly pattern: string; readonly negated: boolean } | undefined {
  if (line.startsWith('#')) return undefined;
  const text = line.trim();
  if (text === '') return undefined;
  const negated = text.startsWith('!');
  const written = negated ? text.slice(1).trim() : text;
  const cleaned = written === '' ? '' : cleanPath(written);
  return { pattern: cleaned.length > 1 && cleaned.startsWith('/') ? cleaned.slice(1) : cleaned, negated };
}

/**
 * Reads a .dockerignore by Docker's rules (moby/patternmatcher as BuildKit's clients walk with it), which are
 * not those of .gitignore: patterns start at the context's root, `!` takes back, a matched folder takes its
 * content along, and the last line that decides wins. `\` escapes on every platform.
 * @param file name for problems
 */
export function readDockerignore(text: string, file = '.dockerignore'): ContextFilter {
  const problems: Problem[] = [];
  const patterns: IgnorePattern[] = [];
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    const read = readPattern(line);
    if (!read) continue;
    // `!/` reads as a bare `!` once it is cleaned.
    const isEmpty = read.pattern === '' || (read.negated && read.pattern === '/');
    const compiled = isEmpty ? undefined : compilePattern(read.pattern, read.negated);
    if (compiled) patterns.push(compiled);
    else {
      problems.push({
        severity: 'error',
        message: `${JSON.stringify(line.trim())} is not a pattern`,
        at: { file, line: index + 1, column: 1 },
        next: 'Close the brackets, name something after `!`, or escape special characters with `\\`.',
      });
    }
  }
  const negations = patterns.filter(({ negated }) => negated);

  /** Which patterns matched a folder or, through its parents, hold for all that is below it. */
  const matchedByFolder = new Map<string, readonly boolean[]>();
  /** `parent` carries the matches of the folder above, which a pattern hands down to all its content. */
  function judge(path: string, parent: readonly boolean[] | undefined) {
    let excluded = false;
    const matched = patterns.map((pattern, index) => {
      const inherited = parent?.[index] === true;
      // A pattern that cannot change the answer is not asked, and then hands nothing down either.
      const matches = inherited || (pattern.negated === excluded && pattern.matches(path));
      if (matches) excluded = !pattern.negated;
      return matches;
    });
    return { excluded, matched };
  }
  function matchedFolder(folder: string): readonly boolean[] | undefined {
    if (folder === '') return undefined;
    const known = matchedByFolder.get(folder);
    if (known) return known;
    const { matched } = judge(folder, matchedFolder(parentOf(folder)));
    matchedByFolder.set(folder, matched);
    return matched;
  }
  const includes = (path: string) =>
    patterns.length === 0 || !judge(path, matchedFolder(parentOf(path))).excluded;
  return {
    problems,
    includes,
    canSkipFolder: (folder) =>
      !includes(folder) && !negations.some((negation) => negation.canMatchBelow(folder)),
  };
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
