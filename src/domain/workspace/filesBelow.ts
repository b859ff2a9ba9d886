import type { RepoPath } from './service.ts';

/** The paths of a sorted list that lie in a folder ('' is everything), found without looking at the others. */
export function filesBelow(sorted: readonly RepoPath[], folder: RepoPath): readonly RepoPath[] {
  if (folder === '') return sorted;
  const start = lowerBound(sorted, `${folder}/`);
  // '0' is the character after '/'.
  return sorted.slice(start, lowerBound(sorted, `${folder}0`));
}

function lowerBound(sorted: readonly string[], value: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? '') < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
