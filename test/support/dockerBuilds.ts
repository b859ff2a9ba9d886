import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { createContainerEngine } from '../../src/adapters/docker/createContainerEngine.ts';
import { createProcesses } from '../../src/adapters/node/nodeProcesses.ts';
import type {
  BuildProgress,
  ContainerEngine,
  ContextFile,
  ImageBuild,
} from '../../src/engine/ports/containerEngine.ts';

export const unhurried = new AbortController().signal;

/** The engine that `docker` on this machine would use. */
export function createTestEngine(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ContainerEngine {
  const processes = createProcesses({ environment });
  return createContainerEngine({ environment, homeFolder: homedir(), platform: process.platform, processes });
}

/** A shell without libraries, so that images from scratch can run something; undefined where there is none. */
export const staticShell = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path));

/** Lines that make an image with a shell out of nothing. */
export const shellImage = 'FROM scratch\nCOPY busybox /bin/busybox\nCOPY busybox /bin/sh\n';

/** Writes files, by path; `busybox` is the machine's own. */
export function writeContext(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    if (path === 'busybox' && staticShell !== undefined) {
      copyFileSync(staticShell, target);
      chmodSync(target, 0o755);
    } else writeFileSync(target, text);
  }
}

/** Everything below a folder, as a build context lists it. */
export function listContext(folder: string, below = ''): ContextFile[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry): ContextFile[] => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    const mode = lstatSync(join(folder, path)).mode & 0o7777;
    if (entry.isDirectory()) return [{ path, kind: 'folder', mode }, ...listContext(folder, path)];
    if (entry.isSymbolicLink()) return [{ path, kind: 'symlink', mode }];
    return entry.isFile() ? [{ path, kind: 'file', mode }] : [];
  });
}

export function describeBuild(folder: string, build: Partial<ImageBuild> = {}): ImageBuild {
  return {
    contextFolder: folder,
    files: build.files ?? listContext(folder),
    dockerfile: join(folder, 'Dockerfile'),
    tags: [],
    args: {},
    labels: {},
    secrets: [],
    ssh: [],
    contexts: {},
    credentials: {},
    repositoryFolder: folder,
    ...build,
  };
}

/** Builds and returns the id with all output as one text. */
export async function buildAndRead(
  engine: ContainerEngine,
  build: ImageBuild,
  signal = unhurried,
  onProgress: (progress: BuildProgress) => void = () => undefined,
): Promise<{ readonly id: string; readonly output: string }> {
  let output = '';
  const { id } = await engine.buildImage(
    build,
    (progress) => {
      if (progress.type === 'output') output += progress.text;
      onProgress(progress);
    },
    signal,
  );
  return { id, output };
}

/** Tags nobody else has, in a registry; images behind them are removed after the suite. */
export function useTags(engine: () => ContainerEngine): (registry?: string) => string {
  const made: string[] = [];
  after(async () => {
    for (const tag of made) await engine().removeImage(tag, unhurried);
  });
  return (registry) => {
    const tag = `${registry === undefined ? '' : `${registry}/`}towline-test-${randomUUID().slice(0, 8)}:1`;
    made.push(tag);
    return tag;
  };
}
