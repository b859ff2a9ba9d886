import { basename, dirname } from 'node:path';

/** Folder names that tell folders of a window apart: `shop`, or `shop (work)` and `shop (old/work)` where several have one name. */
export function nameFolders(folders: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [name, alike] of Map.groupBy(folders, (folder) => basename(folder)))
    for (const folder of alike)
      names.set(folder, alike.length === 1 ? name : `${name} (${placeOf(folder, alike)})`);
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
