import { contains, lastSegment, parentFolder } from '../workspace/repoPath.ts';
import type { RepoPath } from '../workspace/service.ts';
import type { FileIndex } from './fileIndex.ts';
import type { FoundDockerfile } from './findDockerfiles.ts';
import { inFolder } from './tests/lookAround.ts';

/** Folders that hold a Dockerfile for what lies beside or above them. */
const holder =
  /^(?:src|source|\.?docker|dockerfiles|containers?|build|package|packaging|ci|deploy|\.deploy|infra)$/i;
const homes = ['', 'services', 'apps', 'src', 'packages', 'cmd', 'components'];

/** The folder of the service that a Dockerfile builds: usually its own. */
export function serviceFolder(
  dockerfile: FoundDockerfile,
  context: RepoPath,
  sources: readonly string[],
  index: FileIndex,
): RepoPath {
  const own = parentFolder(dockerfile.path);
  const { variant } = dockerfile;
  if (variant !== undefined) {
    const named = homes.map((home) => inFolder(inFolder(context, home), variant).replaceAll('//', '/'));
    const found = named.find((folder) => index.hasFolder(folder));
    if (found !== undefined) return found;
    if (sources.length > 0 && sources.every((source) => contains(own, inFolder(context, source)))) return own;
  }
  let folder = own;
  while (folder !== '' && holder.test(lastSegment(folder))) {
    const above = parentFolder(folder);
    if (context === folder && !isAlone(above, own, index)) break;
    folder = above;
  }
  return folder;
}

/** Whether every Dockerfile below `folder` is one of `own`. */
function isAlone(folder: RepoPath, own: RepoPath, index: FileIndex): boolean {
  return index.dockerfiles.every((path) => !contains(folder, path) || contains(own, path));
}
