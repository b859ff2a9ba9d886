import { join } from 'node:path';
import { type ContextFilter, readDockerignore } from '../../domain/dockerignore/readDockerignore.ts';
import type { BuildPlan, RepoPath } from '../../domain/workspace/service.ts';
import type { ContextFile } from '../ports/containerEngine.ts';
import type { Files } from '../ports/files.ts';

/** Entries looked at before the event loop gets a turn. */
const sliceSize = 500;

/** A path inside the context and what is there, as its folder tells without a look at the path itself. */
export type ContextEntry = Omit<ContextFile, 'mode'>;

/** What a build may see: its context after .dockerignore, whatever Git ignores; and all folders that were listed for it. */
export async function listContext(
  folder: string,
  build: BuildPlan,
  files: Files,
  signal: AbortSignal,
): Promise<{ readonly entries: readonly ContextEntry[]; readonly visited: readonly RepoPath[] }> {
  const root = join(folder, build.context);
  const filter = contextFilter(folder, build, files);
  const found: ContextEntry[] = [];
  const visited: RepoPath[] = [];
  let looked = 0;
  const waiting: RepoPath[] = [''];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    visited.push(path);
    for (const { name, kind } of files.listFolder(join(root, path)) ?? []) {
      const inner = path === '' ? name : `${path}/${name}`;
      const included = filter.includes(inner);
      // FIFOs, sockets and devices cannot be part of an image, and reading one could wait for ever.
      if (included && kind !== 'other') found.push({ path: inner, kind });
      if (kind === 'folder' && (included || !filter.canSkipFolder(inner))) waiting.push(inner);
      looked += 1;
      if (looked % sliceSize === 0) await takeTurn(signal);
    }
  }
  return { entries: found, visited };
}

/** The same with permission bits, as a build sends it. */
export async function contextFiles(
  folder: string,
  build: BuildPlan,
  files: Files,
  signal: AbortSignal,
): Promise<readonly ContextFile[]> {
  const root = join(folder, build.context);
  const { entries } = await listContext(folder, build, files, signal);
  const found: ContextFile[] = [];
  for (const { path, kind } of entries) {
    found.push({ path, kind, mode: files.status(join(root, path))?.mode ?? 0 });
    if (found.length % sliceSize === 0) await takeTurn(signal);
  }
  return found;
}

async function takeTurn(signal: AbortSignal): Promise<void> {
  await new Promise(setImmediate);
  signal.throwIfAborted();
}

/**
 * The .dockerignore of a build: a file named after the Dockerfile wins over the context's own, as Docker has it.
 * A repository's `.git` is left out as BuildKit does for a context from Git: it changes with every command.
 * `!.git` takes it back, but never Towline's own records in it, which change while the image is built.
 */
export function contextFilter(folder: string, build: BuildPlan, files: Files): ContextFilter {
  const [own = '', common = ''] = ignoreFiles(build);
  const written = files.readText(join(folder, own)) ?? files.readText(join(folder, common)) ?? '';
  const holdsGit = files.status(join(folder, build.context, '.git')) !== undefined;
  return readDockerignore(holdsGit ? ['.git', written, '.git/towline'].join('\n') : written);
}

/** The files that a build may be told by what to leave out; the first that is there counts. */
export function ignoreFiles({ dockerfile, context }: BuildPlan): readonly RepoPath[] {
  return [`${dockerfile}.dockerignore`, context === '' ? '.dockerignore' : `${context}/.dockerignore`];
}
