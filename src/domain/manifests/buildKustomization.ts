import type { SourcePosition } from '../errors/problem.ts';
import { parseImageReference } from '../images/imageReference.ts';
import type { RepoPath } from '../workspace/service.ts';
import type { EffectiveImage, EffectiveImages, WrittenImage } from './effectiveImage.ts';
import type { ImageEntry, Kustomization, PlacedText } from './kustomization.ts';
import { readKustomization } from './kustomization.ts';
import { type ManifestNotes, notes } from './manifestNotes.ts';
import type { ManifestTree } from './manifestTree.ts';
import { type ImagePatch, readImagePatches } from './readImagePatch.ts';
import { containerSearchTexts, readManifestImages, readSourceOverrides } from './readManifestImages.ts';
import { resolveRepoPath } from './resolveRepoPath.ts';
import { applyOwnEntries, type TracedImage, trace } from './tracedImage.ts';

/** The images of a kustomization, and what its own file did to each. */
export interface KustomizationImages extends EffectiveImages {
  /** The environment's own kustomization; undefined when it cannot be read. */
  readonly kustomization?: Kustomization;
  readonly images: readonly KustomizationImage[];
  /** Images that patches set without it being known where. */
  readonly patched: readonly { readonly image: string; readonly position: SourcePosition }[];
}

export interface KustomizationImage extends EffectiveImage {
  /** The image as the environment's own `images:` entries find it. */
  readonly seen: string;
  /** Which of those entries apply, in their order. */
  readonly ownEntries: readonly ImageEntry[];
}

/** Container images by file, so that a second look at a tree need not parse what has not changed. */
export type ParsedManifests = Map<RepoPath, readonly WrittenImage[]>;

interface Walk extends ManifestNotes {
  readonly tree: ManifestTree;
  readonly manifests: ParsedManifests;
  readonly patched: { image: string; position: SourcePosition }[];
  visited: number;
}

/** A folder to build, and how the walk came to it. */
interface Visit {
  readonly folder: RepoPath;
  /** Where it is named; absent for the environment's own. */
  readonly at?: SourcePosition;
  /** Folders whose building has led here, which it must not include again. */
  readonly open: readonly RepoPath[];
}

/** Bounds the work on folders that include one another in many ways; a real overlay has a few dozen. */
const mostKustomizations = 1_000;

/**
 * Follows a kustomization through its resources, bases and components and applies `images:` in kustomize's
 * order: what a folder includes, then its components, then its patches, then its own entries one by one.
 * Patches are found, not applied.
 */
export function buildKustomization(
  tree: ManifestTree,
  folder: RepoPath,
  manifests: ParsedManifests = new Map(),
): KustomizationImages {
  const walk: Walk = { tree, manifests, patched: [], visited: 0, ...notes() };
  const built = build(walk, { folder, open: [] }, []);
  const images = (built?.images ?? []).map(({ text, written, settings, unclear, seen, ownEntries }) => {
    const reference = parseImageReference(text);
    return { text, ...(reference && { reference }), written, settings, unclear, seen, ownEntries };
  });
  readSourceOverrides(tree, folder, walk);
  const { notLookedAt, problems, otherWriters, patched } = walk;
  return {
    images,
    notLookedAt,
    problems,
    otherWriters,
    patched,
    ...(built && { kustomization: built.kustomization }),
  };
}

/** @param below what a component is applied to; empty for everything else */
function build(
  walk: Walk,
  { folder, at, open }: Visit,
  below: readonly TracedImage[],
): { kustomization: Kustomization; images: TracedImage[] } | undefined {
  const fail = (message: string) => {
    walk.problems.push({ severity: 'error', reason: 'broken-kustomization', message, ...(at && { at }) });
  };
  walk.visited += 1;
  if (walk.visited === mostKustomizations)
    fail(`More than ${mostKustomizations} kustomizations are included.`);
  if (walk.visited >= mostKustomizations) return undefined;
  if (open.includes(folder)) {
    fail(`The kustomization in ${folder || 'the root folder'} includes itself.`);
    return undefined;
  }
  const reading = readKustomization(walk.tree, folder);
  if (reading.kind === 'none') fail(`There is no kustomization in ${folder || 'the root folder'}.`);
  if (reading.kind === 'broken') walk.problems.push(...reading.problems);
  if (reading.kind !== 'kustomization') return undefined;

  const { kustomization } = reading;
  const within = [...open, folder];
  walk.notLookedAt.push(...kustomization.notLookedAt);
  let images = [...below];
  for (const resource of kustomization.resources) {
    images.push(...includeResource(walk, kustomization, resource, within));
  }
  for (const { text, position } of kustomization.components) {
    const path = resolveRepoPath(folder, text);
    if (path !== undefined && isFolder(walk.tree, path)) {
      images = build(walk, { folder: path, at: position, open: within }, images)?.images ?? images;
    } else {
      walk.notLookedAt.push({ what: text, why: isRemote(text) ? 'remote' : 'missing', at: position });
    }
  }
  for (const patch of readPatches(walk, kustomization)) markPatched(walk, images, patch);
  for (const image of images) applyOwnEntries(image, kustomization);
  return { kustomization, images };
}

function includeResource(
  walk: Walk,
  from: Kustomization,
  { text, position }: PlacedText,
  open: readonly RepoPath[],
): readonly TracedImage[] {
  const path = resolveRepoPath(from.folder, text);
  if (path !== undefined && isFolder(walk.tree, path)) {
    return build(walk, { folder: path, at: position, open }, [])?.images ?? [];
  }
  const content = path === undefined ? undefined : walk.tree.read(path);
  if (path === undefined || content === undefined) {
    const why = isRemote(text) ? 'remote' : path === undefined ? 'outside the repository' : 'missing';
    walk.notLookedAt.push({ what: text, why, at: position });
    return [];
  }
  const images = walk.manifests.get(path) ?? readManifestImages(path, content, containerSearchTexts, walk);
  walk.manifests.set(path, images);
  return images.map(trace);
}

function readPatches(walk: Walk, kustomization: Kustomization): readonly ImagePatch[] {
  return kustomization.patches.flatMap((source) => {
    if (source.inline !== undefined) return readImagePatches(source.inline, source);
    const path = source.file === undefined ? undefined : resolveRepoPath(kustomization.folder, source.file);
    const content = path === undefined ? undefined : walk.tree.read(path);
    if (path !== undefined && typeof content === 'string') {
      return readImagePatches(content, { ...source, position: { file: path, line: 1, column: 1 } });
    }
    walk.notLookedAt.push({ what: source.file ?? 'a patch', why: 'missing', at: source.position });
    return [];
  });
}

function markPatched(walk: Walk, images: readonly TracedImage[], patch: ImagePatch): void {
  const concerned = images.filter(({ written, names }) => patch.concerns(written, names));
  for (const image of concerned) image.unclear.push(patch.position);
  if (concerned.length === 0 && patch.image !== undefined) {
    walk.patched.push({ image: patch.image, position: patch.position });
  }
}

function isFolder(tree: ManifestTree, path: RepoPath): boolean {
  return tree.list(path).length > 0;
}

/** What kustomize would fetch: a URL, an scp-like or `host/path` address, or anything with a Git reference. */
function isRemote(text: string): boolean {
  return /:\/\/|^git@|^git::|\?ref=|^[^/]+\.[a-z]+\//.test(text);
}
