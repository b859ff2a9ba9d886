import { join } from 'node:path';
import { readDockerignore } from '../../domain/dockerignore/readDockerignore.ts';
import type { BuildPlan, RepoPath } from '../../domain/workspace/service.ts';
import type { ContextFile } from '../ports/containerEngine.ts';
import type { Files } from '../ports/files.ts';

/** What a build may see: its context after .dockerignore, whatever Git ignores; sorted by path. */
export function contextFiles(folder: string, build: BuildPlan, files: Files): readonly ContextFile[] {
  const root = join(folder, build.context);
  const filter = readDockerignore(ignoreText(folder, build, files));
  const found: ContextFile[] = [];
  const walk = (path: RepoPath): void => {
    for (const { name, kind } of files.listFolder(join(root, path)) ?? []) {
      const inner = path === '' ? name : `${path}/${name}`;
      if (kind === 'folder') {
        if (filter.includes(inner)) found.push(contextFile(inner, 'folder'));
        else if (filter.canSkipFolder(inner)) continue;
        walk(inner);
      } else if (kind !== 'other' && filter.includes(inner)) {
        // FIFOs, sockets and devices cannot be part of an image, and reading one could wait for ever.
        found.push(contextFile(inner, kind));
      }
    }
  };
  const contextFile = (path: RepoPath, kind: ContextFile['kind']): ContextFile => ({
    path,
    kind,
    mode: files.status(join(root, path))?.mode ?? 0,
  });
  walk('');
  return found;
}

/** A file named after the Dockerfile wins over the context's own, as Docker has it. */
function ignoreText(folder: string, build: BuildPlan, files: Files): string {
  return (
    files.readText(join(folder, `${build.dockerfile}.dockerignore`)) ??
    files.readText(join(folder, build.context, '.dockerignore')) ??
    ''
  );
}
