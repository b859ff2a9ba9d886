import type { RepoPath, Service } from '../../domain/workspace/service.ts';

/** Paths in the repository whose newest commit a service's image names; `prefix` is where the workspace lies in it. */
export function sourcePaths(prefix: RepoPath, { folder, build }: Service): readonly RepoPath[] {
  const places = build ? [folder, build.context, build.dockerfile] : [folder];
  return places.map((path) => [prefix, path].filter(Boolean).join('/'));
}
