import { join } from 'node:path';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import { kustomizationNames } from '../../domain/manifests/kustomization.ts';
import type { ManifestTree } from '../../domain/manifests/manifestTree.ts';
import {
  type CollectedSources,
  collectSources,
  type RemoteBase,
} from '../../domain/rendering/collectSources.ts';
import { locateObjects } from '../../domain/rendering/locateObjects.ts';
import { readObjects } from '../../domain/rendering/readObjects.ts';
import { readPlainFolder } from '../../domain/rendering/readPlainFolder.ts';
import type { Renderer, Rendering } from '../../domain/rendering/rendering.ts';
import type { ManifestStyle } from '../../domain/workspace/environment.ts';
import { contains } from '../../domain/workspace/repoPath.ts';
import type { RepoPath } from '../../domain/workspace/service.ts';
import type { NewFile } from '../ports/files.ts';
import type { Ports } from '../ports/ports.ts';
import type { ObjectId, Repository } from '../ports/repositories.ts';
import { findRenderer } from './findRenderer.ts';
import { type OpenCommit, openCommit } from './openCommit.ts';
import { runRenderer, withoutCredentials } from './runRenderer.ts';

export interface RenderRequest {
  readonly repository: Pick<Repository, 'listTree' | 'readBlobs'>;
  /** Its objects must be here. */
  readonly commit: ObjectId;
  /** Of the environment, in the repository. */
  readonly folder: RepoPath;
  /** Name of a chart's release. */
  readonly release: string;
  /**
   * Addresses of bases outside the repository that may be fetched: those of a branch that is trusted already.
   * `all` is for that branch itself.
   */
  readonly mayFetch: 'all' | readonly string[];
}

type RenderPorts = Pick<Ports, 'files' | 'processes'>;

/**
 * Renders an environment's manifests as a commit has them, whatever is checked out. Nothing of the repository runs:
 * kustomize without plugins, Helm without the user's, plain manifests by reading. Throws `renderer-missing`,
 * `rendering-failed`.
 */
export async function render(
  ports: RenderPorts,
  request: RenderRequest,
  signal: AbortSignal,
): Promise<Rendering> {
  const opened = await openCommit(request.repository, request.commit, signal);
  const style = await opened.derive(({ tree }) => styleOf(tree, request.folder), signal);
  switch (style) {
    case 'kustomize':
      return renderKustomization(ports, opened, request, signal);
    case 'helm':
      return renderChart(ports, opened, request, signal);
    case 'manifests':
      return readPlain(opened, request, signal);
    case 'missing':
      throw failed(request, `there is no folder ${request.folder || 'of this name'}`);
  }
}

function styleOf(tree: ManifestTree, folder: RepoPath): ManifestStyle | 'missing' {
  const names = new Set(tree.list(folder).map(({ name }) => name));
  if (names.size === 0) return 'missing';
  if (kustomizationNames.some((name) => names.has(name))) return 'kustomize';
  return names.has('Chart.yaml') ? 'helm' : 'manifests';
}

async function readPlain(
  opened: OpenCommit,
  request: RenderRequest,
  signal: AbortSignal,
): Promise<Rendering> {
  const reading = await opened.derive(({ tree }) => readPlainFolder(tree, request.folder), signal);
  return finish(request, 'files', reading, []);
}

async function renderKustomization(
  ports: RenderPorts,
  opened: OpenCommit,
  request: RenderRequest,
  signal: AbortSignal,
): Promise<Rendering> {
  const sources = await opened.derive((source) => collectSources(source, request.folder), signal);
  checkRemoteBases(sources.remoteBases, request);
  const fetched = sources.remoteBases.map(({ address }) => address);
  const { renderer, command } = findRenderer(ports.processes, 'kustomize');
  const files = await opened.read(sources.files, signal);
  const output = await inFolder(ports, files, signal, (home) =>
    runRenderer(
      ports.processes,
      { command: [...command, join(home, request.folder)], folder: home, home, mayFetch: fetched.length > 0 },
      signal,
    ),
  );
  const { objects, problems } = readObjects(output, `${request.folder} as ${renderer} renders it`);
  const texts = textsOf(files, sources);
  const located = locateObjects(
    objects.map(({ object }) => object),
    texts,
  );
  return finish(
    request,
    renderer,
    { objects: located, problems: [...sources.problems, ...problems], texts: new Map(texts) },
    fetched,
  );
}

async function renderChart(
  ports: RenderPorts,
  opened: OpenCommit,
  request: RenderRequest,
  signal: AbortSignal,
): Promise<Rendering> {
  const { renderer, command } = findRenderer(ports.processes, 'helm');
  const sources = await opened.derive((source) => collectSources(source, request.folder), signal);
  const files = await opened.read(sources.files, signal);
  const output = await inFolder(ports, files, signal, (home) =>
    runRenderer(
      ports.processes,
      {
        command: [...command, request.release, join(home, request.folder)],
        folder: home,
        home,
        mayFetch: false,
      },
      signal,
    ),
  );
  const reading = readObjects(output, `${request.folder} as ${renderer} renders it`);
  return finish(
    request,
    renderer,
    {
      objects: reading.objects.map(({ object }) => ({ object })),
      problems: [...sources.problems, ...reading.problems],
      texts: new Map(),
    },
    [],
  );
}

/** Gives the work a folder of its own with these files, and takes it away again. */
async function inFolder(
  { files: disk }: RenderPorts,
  files: readonly NewFile[],
  signal: AbortSignal,
  work: (folder: string) => Promise<string>,
): Promise<string> {
  const folder = await disk.makeTemporaryFolder('towline-render-');
  try {
    await disk.writeTree(folder, files, signal);
    return await work(folder);
  } finally {
    await disk.remove(folder);
  }
}

function checkRemoteBases(bases: readonly RemoteBase[], { mayFetch, ...request }: RenderRequest): void {
  const [stranger] = mayFetch === 'all' ? [] : bases.filter(({ address }) => !mayFetch.includes(address));
  if (!stranger) return;
  throw new TowlineError('rendering-failed', {
    why: `commit ${request.commit.slice(0, 7)} builds on ${withoutCredentials(stranger.address)}, which the environment's own branch does not, so it is not fetched`,
    next: 'Look at that address; once it is merged it is fetched like the others.',
    at: stranger.at,
  });
}

/** Texts of manifests in the order overlays before bases. */
function textsOf(
  files: readonly NewFile[],
  { folders }: CollectedSources,
): readonly (readonly [RepoPath, string])[] {
  const rank = (path: RepoPath): number => folders.findLastIndex((folder) => contains(folder, path));
  const decoder = new TextDecoder();
  return files
    .filter(({ path }) => /(?:\.(?:ya?ml|json)|(?:^|\/)Kustomization)$/i.test(path))
    .sort((a, b) => rank(a.path) - rank(b.path))
    .flatMap(({ path, content }) => ('link' in content ? [] : [[path, decoder.decode(content)] as const]));
}

function finish(
  request: RenderRequest,
  renderer: Renderer,
  { objects, problems, texts }: Pick<Rendering, 'objects' | 'problems' | 'texts'>,
  fetched: readonly string[],
): Rendering {
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    const [first] = errors;
    throw new TowlineError('rendering-failed', {
      why: first?.message ?? '',
      problems: errors,
      ...(first?.at ? { at: first.at } : {}),
    });
  }
  const { commit, folder } = request;
  return { commit, folder, renderer, objects, problems, texts, fetched };
}

function failed({ commit }: RenderRequest, why: string): TowlineError {
  return new TowlineError('rendering-failed', { why: `In commit ${commit.slice(0, 7)} ${why}.` });
}
