import type { RepoPath } from './service.ts';

/** The folder a path lies in; the root is its own parent. */
export function parentFolder(path: RepoPath): RepoPath {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

export function lastSegment(path: RepoPath): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Whether `path` is `folder` or lies below it. */
export function contains(folder: RepoPath, path: RepoPath): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

/** `path` as seen from `folder`, which it must lie in; '' is the folder itself. */
export function relativeTo(folder: RepoPath, path: RepoPath): string {
  if (folder === '') return path;
  return path === folder ? '' : path.slice(folder.length + 1);
}

/** Joins a written path to a folder; undefined where it is absolute or leaves the repository. */
export function joinPath(folder: RepoPath, written: string): RepoPath | undefined {
  if (written.startsWith('/') || /^[A-Za-z]:[\\/]/.test(written)) return undefined;
  const segments = folder === '' ? [] : folder.split('/');
  for (const segment of written.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined) return undefined;
  }
  return segments.join('/');
}
