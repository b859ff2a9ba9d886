import type { Dockerfile } from '../dockerfile/readDockerfile.ts';
import { joinPath, parentFolder } from '../workspace/repoPath.ts';
import type { RepoPath } from '../workspace/service.ts';
import type { FileIndex } from './fileIndex.ts';

/**
 * Chooses the folder that a Dockerfile is written for: its own, unless more of what it copies exists
 * relative to a folder above, as in repositories that build everything from their root.
 */
export function chooseContext(dockerfile: Dockerfile, folder: RepoPath, index: FileIndex): RepoPath {
  const sources = contextSources(dockerfile).filter((source) => source !== '' && !/[*?[\\]/.test(source));
  let best = folder;
  let most = -1;
  for (let context = folder; ; context = parentFolder(context)) {
    const count = sources.filter((source) => exists(context, source, index)).length;
    if (count > most) {
      best = context;
      most = count;
    }
    if (context === '') return best;
  }
}

/** Paths that a Dockerfile takes from its context, '' for all of it, cleaned as Docker does. */
export function contextSources(dockerfile: Dockerfile): readonly string[] {
  const written = dockerfile.stages.flatMap((stage) => stage.sources);
  return [...new Set(written.map((source) => joinPath('', source.replace(/^(?:\.{0,2}\/)+/, '')) ?? ''))];
}

function exists(context: RepoPath, source: string, index: FileIndex): boolean {
  const path = joinPath(context, source);
  return path !== undefined && (index.hasFile(path) || index.hasFolder(path));
}
