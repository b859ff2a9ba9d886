import { joinPath, parentFolder, relativeTo } from '../../workspace/repoPath.ts';
import type { RepoPath } from '../../workspace/service.ts';
import type { Place } from './testRule.ts';

export function inFolder(folder: RepoPath, name: string): RepoPath {
  return folder === '' ? name : `${folder}/${name}`;
}

/** The first of these files that is in the folder. */
export function fileHere(place: Place, names: readonly string[]): RepoPath | undefined {
  const paths = names.map((name) => inFolder(place.folder, name));
  return paths.find((path) => place.index.hasFile(path));
}

/** The first file of the folder whose name matches. */
export function fileMatching(place: Place, name: RegExp): RepoPath | undefined {
  const found = place.index.namesIn(place.folder).find((other) => name.test(other));
  return found === undefined ? undefined : inFolder(place.folder, found);
}

/** The nearest of these files, in the folder or above it. */
export function fileHereOrAbove(place: Place, names: readonly string[]): RepoPath | undefined {
  for (let folder = place.folder; ; folder = parentFolder(folder)) {
    const found = fileHere({ ...place, folder }, names);
    if (found !== undefined || folder === '') return found;
  }
}

/** How a program in the repository is named from the folder: `./gradlew`, `../../mvnw`. */
export function programFrom(folder: RepoPath, program: RepoPath): string {
  let up = '';
  for (let at = folder; ; at = parentFolder(at)) {
    if (at === parentFolder(program)) return `${up || './'}${relativeTo(at, program)}`;
    if (at === '') return joinPath('', program) ?? program;
    up += '../';
  }
}

/** The file's folder, as an input of the tests of a service that lies deeper. */
export function folderAsInput(place: Place, file: RepoPath): readonly RepoPath[] {
  const folder = parentFolder(file);
  return folder === place.folder ? [] : [folder];
}
