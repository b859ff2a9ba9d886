import { join } from 'node:path';
import { type ContextFilter, readDockerignore } from '../../domain/dockerignore/readDockerignore.ts';
import type { BuildPlan, RepoPath } from '../../domain/workspace/service.ts';
import type { ContextFile } from '../ports/containerEngine.ts';
import type { Files } from '../ports/files.ts';

/** Entries looked at before the event loop gets a turn. */
const sliceSize = 500;

/** What a build may see: its context after .dockerignore, whatever Git ignores. */
export async function contextFiles(
  folder: string,
  build: BuildPlan,
  files: Files,
  signal: AbortSignal,
): Promise<readonly ContextFile[]> {
  const root = join(folder, build.context);
  const filter = contextFilter(folder, build, files);
  const found: ContextFile[] = [];
  const add = (path: RepoPath, kind: ContextFile['kind']): void => {
    found.push({ path, kind, mode: files.status(join(root, path))?.mode ?? 0 });
  };
  let looked = 0;
  const waiting: RepoPath[] = [''];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    for (const { name, kind } of files.listFolder(join(root, path)) ?? []) {
      const inner = path === '' ? name : `${path}/${name}`;
      const included = filter.includes(inner);
      if (kind === 'folder') {
        if (included) add(inner, 'folder');
        if (included || !filter.canSkipFolder(inner)) waiting.push(inner);
        // FIFOs, sockets and devices cannot be part of an image, and reading one could wait for ever.
      } else if (kind !== 'other' && included) add(inner, kind);
      looked += 1;
      if (looked % sliceSize === 0) {
        await new Promise(setImmediate);
        signal.throwIfAborted();
      }
    }
  }
  return found;
}

/** The .dockerignore of a build: a file named after the Dockerfile wins over the context's own, as Docker has it. */
export function contextFilter(folder: string, build: BuildPlan, files: Files): ContextFilter {
  return readDockerignore(
    files.readText(join(folder, `${build.dockerfile}.dockerignore`)) ??
      files.readText(join(folder, build.context, '.dockerignore')) ??
      '',
  );
}
