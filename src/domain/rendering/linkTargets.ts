import type { RepoPath } from '../workspace/service.ts';

/** Links that a path may lead through before it counts as a circle. */
const mostLinks = 40;

/** A path without links on the way, and the links that were followed. */
export interface RealPath {
  readonly path: RepoPath;
  readonly links: readonly RepoPath[];
}

/**
 * Follows the symbolic links of a commit as a file system would. Undefined for links that leave the repository, go in
 * circles, or climb after they descended (`a/../b`): where those end depends on links again, so that nobody sees at a
 * glance whether they stay inside.
 *
 * @param links what each link says, by its path
 */
export function resolveLinks(path: RepoPath, links: ReadonlyMap<RepoPath, string>): RealPath | undefined {
  if (links.size === 0) return { path, links: [] };
  const followed: RepoPath[] = [];
  let rest = path.split('/');
  let real: string[] = [];
  for (let segment = rest.shift(); segment !== undefined; segment = rest.shift()) {
    if (segment === '' || segment === '.') continue;
    const here = [...real, segment].join('/');
    const target = links.get(here);
    if (target === undefined) {
      real.push(segment);
      continue;
    }
    const upwards = climb(target);
    if (upwards === undefined || upwards.up > real.length || followed.length >= mostLinks) return undefined;
    followed.push(here);
    real = real.slice(0, real.length - upwards.up);
    rest = [...upwards.down, ...rest];
  }
  return { path: real.join('/'), links: followed };
}

/** `../../a/b` as two up, then a and b; undefined for any other form. */
function climb(target: string): { readonly up: number; readonly down: string[] } | undefined {
  const segments = target.split('/').filter((segment) => segment !== '.');
  const first = segments.findIndex((segment) => segment !== '..');
  const up = first < 0 ? segments.length : first;
  const down = segments.slice(up).filter((segment, index, all) => segment !== '' || index < all.length - 1);
  return down.includes('..') || down.includes('') || target.includes('\\') ? undefined : { up, down };
}
