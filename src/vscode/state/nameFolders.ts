import { basename, dirname } from 'node:path';

/** A folder of the window. */
export interface WindowFolder {
  /** Absolute. */
  readonly path: string;
  /** What the window calls it: the user's own word, or the folder's own name. */
  readonly name: string;
}

/** Names that tell folders of a window apart, by path: `shop`, or `shop (work)` and `shop (old/work)` where several have one name. */
export function nameFolders(folders: readonly WindowFolder[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [name, alike] of Map.groupBy(folders, (folder) => folder.name)) {
    const paths = alike.map(({ path }) => path);
    for (const path of paths)
      names.set(path, alike.length === 1 ? name : `${name} (${placeOf(path, paths)})`);
  }
  return names;
}

/** As many of the folders above as no other one of this name has. */
function placeOf(folder: string, alike: readonly string[]): string {
  let above = dirname(folder);
  let place = basename(above);
  while (above !== dirname(above)) {
    const ending = `/${place}`;
    if (alike.every((other) => other === folder || !dirname(other).replaceAll('\\', '/').endsWith(ending)))
      break;
    above = dirname(above);
    place = `${basename(above)}/${place}`;
  }
  return place || above;
}
