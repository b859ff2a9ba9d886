import type { RepoPath } from '../workspace/service.ts';

/** A relative path taken from a folder; undefined when it leaves the repository or is absolute. */
export function resolveRepoPath(folder: RepoPath, relative: string): RepoPath | undefined {
  if (relative.startsWith('/')) return undefined;
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of relative.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}
