import type { RepoPath } from '../workspace/service.ts';
import { cleanName } from './cleanName.ts';

export interface PathToName {
  readonly path: RepoPath;
  /** Parts of the name, the most telling last; earlier ones are added only to tell equal names apart. */
  readonly segments: readonly string[];
}

/**
 * Gives each path a name of its own, as short as that allows: the last segment, or as many as it takes.
 * Names differ in more than case, because branches are files on disks that ignore it.
 */
export function nameByPath(paths: readonly PathToName[], rootName: string): readonly string[] {
  const names = paths.map(() => '');
  let unnamed = paths.map((_, at) => at);
  const taken = new Set<string>();
  const longest = Math.max(1, ...paths.map(({ segments }) => segments.length));
  for (let length = 1; unnamed.length > 0; length++) {
    const groups = Map.groupBy(unnamed, (at) => nameOf(paths[at], length, rootName).toLowerCase());
    unnamed = [];
    for (const [key, members] of groups) {
      const [first = 0, ...others] = members;
      const isLast = length > longest;
      if ((others.length === 0 && !taken.has(key)) || isLast) {
        assign(first, nameOf(paths[first], length, rootName));
        for (const other of others) assign(other, nameOf(paths[other], length, rootName));
      } else unnamed.push(...members);
    }
  }
  return names;

  function assign(at: number, wanted: string): void {
    let name = wanted;
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${wanted}-${number}`;
    taken.add(name.toLowerCase());
    names[at] = name;
  }
}

function nameOf(path: PathToName | undefined, length: number, rootName: string): string {
  const segments = path?.segments.slice(-length) ?? [];
  return cleanName(segments.length === 0 ? rootName : segments.join('-'));
}
