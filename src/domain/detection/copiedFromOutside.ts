import { contains, joinPath, lastSegment, parentFolder } from '../workspace/repoPath.ts';
import type { RepoPath } from '../workspace/service.ts';
import type { FileIndex } from './fileIndex.ts';
import { inFolder } from './tests/lookAround.ts';

/**
 * What a Dockerfile copies from outside the service's folder. Where the image holds it, the service's tests
 * most likely depend on it, too: too much here repeats a test, too little would reuse a stale result.
 */
export function copiedFromOutside(
  sources: readonly string[],
  context: RepoPath,
  folder: RepoPath,
  index: FileIndex,
): readonly RepoPath[] {
  if (context === folder) return [];
  const paths = sources.flatMap((source) => expandPattern(joinPath(context, source) ?? context, index));
  return paths.filter((path) => !contains(folder, path) && (index.hasFile(path) || index.hasFolder(path)));
}

/** Each path once, and none that lies in another. */
export function withoutNested(paths: readonly RepoPath[]): readonly RepoPath[] {
  const unique = [...new Set(paths)];
  return unique.filter((path) => !unique.some((other) => other !== path && contains(other, path)));
}

/** Files of a folder that match a pattern in the last segment; above that, the folder before the pattern. */
function expandPattern(path: RepoPath, index: FileIndex): readonly RepoPath[] {
  const wildcard = /[*?[]/;
  if (!wildcard.test(path)) return [path];
  const folder = parentFolder(path);
  if (wildcard.test(folder)) {
    const segments = folder.split('/');
    return [
      segments
        .slice(
          0,
          segments.findIndex((segment) => wildcard.test(segment)),
        )
        .join('/'),
    ];
  }
  const matches = globPattern(lastSegment(path));
  return index
    .namesIn(folder)
    .filter((name) => matches.test(name))
    .map((name) => inFolder(folder, name));
}

function globPattern(glob: string): RegExp {
  const escaped = glob
    .replace(/[.+^${}()|\\[\]]/g, '\\$&')
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`);
}
