import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** `*` stands for any run of characters inside one name; everything else stands for itself. */
function matcher(segment: string): RegExp {
  const literals = segment.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${literals.join('[^/]*')}$`);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    // A pattern that leads nowhere matches nothing.
    return [];
  }
}

function expand(folder: string, segment: string): readonly string[] {
  if (!segment.includes('*')) return [join(folder, segment)];
  const pattern = matcher(segment);
  return namesIn(folder)
    .filter((name) => pattern.test(name))
    .map((name) => join(folder, name));
}

function isFileSince(path: string, since: number): boolean {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats?.isFile() === true && stats.mtimeMs >= since;
  } catch {
    return false;
  }
}

/**
 * Regular files below a folder that match a POSIX pattern of names and `*` (never across folders: there is
 * no `**`) and were modified at or after `since`, milliseconds since the epoch.
 */
export function findNewer(folder: string, pattern: string, since: number): readonly string[] {
  let found: readonly string[] = [folder];
  for (const segment of pattern.split('/')) {
    if (segment === '' || segment === '.') continue;
    found = found.flatMap((parent) => expand(parent, segment));
  }
  return found.filter((path) => isFileSince(path, since));
}
