import type { SourcePosition } from '../errors/problem.ts';
import { parseImageReference } from '../images/imageReference.ts';
import type { RepoPath } from '../workspace/service.ts';
import type { EffectiveImage, EffectiveImages, WrittenImage } from './effectiveImage.ts';
import {
  type ImageEntry,
  type Kustomization,
  type KustomizationReading,
  type PlacedText,
  readKustomization,
} from './kustomization.ts';
import { type ManifestNotes, notes } from './manifestNotes.ts';
import type { ManifestTree } from './manifestTree.ts';
import { type ImagePatch, readImagePatches } from './readImagePatch.ts';
import {
  containsAny,
  mayHaveContainers,
  readManifestImages,
  readSourceOverrides,
} from './readManifestImages.ts';
import { relevantTexts } from './relevantTexts.ts';
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

export interface BuildOptions {
  readonly manifests?: ParsedManifests;
  /** Only images that contain one of these texts, or that some entry may apply to, are wanted; all when absent. */
  readonly searchTexts?: readonly string[];
  /** Manifests after which no more are looked at. */
  readonly mostManifests?: number;
}

interface Walk extends ManifestNotes {
  readonly tree: ManifestTree;
  readonly manifests: ParsedManifests;
  readonly mostManifests: number;
  /** Tells by a manifest's text whether it is parsed. */
  matters: (content: string) => boolean;
  readonly kustomizations: Map<RepoPath, ReadKustomization>;
  readonly patched: { image: string; position: SourcePosition }[];
  /** Entries and patches that were held against images so far. */
  work: number;
}

type ReadKustomization = { readonly reading: KustomizationReading; readonly patches: readonly ImagePatch[] };

/** A folder to build, and how the walk came to it. */
interface Visit {
  readonly folder: RepoPath;
  /** Where it is named; absent for the environment's own. */
  readonly at?: SourcePosition;
  /** Folders whose building has led here, which it must not include again. */
  readonly open: readonly RepoPath[];
}

/**
 * Bounds the work on folders that include one another in many ways. A folder, and an entry or patch held
 * against an image, count for what they cost beside each other; large real overlays stay below a tenth.
 */
const mostWork = 20_000_000;
const workOfFolder = 10_000;

/**
 * Follows a kustomization through its resources, bases and components and applies `images:` in kustomize's
 * order: what a folder includes, then its components, then its patches, then its own entries one by one.
 * Patches are found, not applied.
 */
export function buildKustomization(
  tree: ManifestTree,
  folder: RepoPath,
  { manifests = new Map(), searchTexts, mostManifests = Number.POSITIVE_INFINITY }: BuildOptions = {},
): KustomizationImages {
  const walk: Walk = {
    tree,
    manifests,
    mostManifests,
    matters: mayHaveContainers,
    kustomizations: new Map(),
    patched: [],
    work: 0,
    ...notes(),
  };
  if (searchTexts) {
    const readFolder = (path: RepoPath) => {
      const { reading } = read(walk, path);
      return reading.kind === 'kustomization' ? reading.kustomization : undefined;
    };
    const texts = relevantTexts(folder, searchTexts, readFolder, (from) => foldersOf(walk, from));
    walk.matters = (content) => containsAny(content, texts);
  }
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
  if (!spend(walk, workOfFolder, at)) return undefined;
  if (open.includes(folder)) {
    fail(`The kustomization in ${folder || 'the root folder'} includes itself.`);
    return undefined;
  }
  const { reading, patches } = read(walk, folder);
  if (reading.kind === 'none') fail(`There is no kustomization in ${folder || 'the root folder'}.`);
  if (reading.kind !== 'kustomization') return undefined;

  const { kustomization } = reading;
  const within = [...open, folder];
  let images = [...below];
  for (const resource of kustomization.resources) {
    for (const image of includeResource(walk, kustomization, resource, within)) images.push(image);
  }
  for (const { text, position } of kustomization.components) {
    const path = resolveRepoPath(folder, text);
    if (path !== undefined && isFolder(walk.tree, path)) {
      images = build(walk, { folder: path, at: position, open: within }, images)?.images ?? images;
    } else {
      walk.notLookedAt.push({ what: text, why: isRemote(text) ? 'remote' : 'missing', at: position });
    }
  }
  const { images: entries, replacements } = kustomization;
  const held = entries.length + patches.length + replacements.length;
  if (!spend(walk, images.length * (1 + held), at)) return undefined;
  for (const patch of patches) images = applyPatch(walk, images, patch);
  for (const image of images) applyOwnEntries(image, kustomization);
  for (const replacement of replacements) images = applyPatch(walk, images, replacement);
  return { kustomization, images };
}

/** Counts work; false, with a problem the first time, once there is too much of it. */
function spend(walk: Walk, work: number, at: SourcePosition | undefined): boolean {
  const wasWithin = walk.work <= mostWork;
  walk.work += work;
  const isWithin = walk.work <= mostWork;
  if (wasWithin && !isWithin) {
    const message = 'The kustomizations include one another too often to be followed.';
    walk.problems.push({ severity: 'error', reason: 'broken-kustomization', message, ...(at && { at }) });
  }
  return isWithin;
}

/** A kustomization and its patches, read once however often it is included. */
function read(walk: Walk, folder: RepoPath): ReadKustomization {
  const known = walk.kustomizations.get(folder);
  if (known) return known;
  const reading = readKustomization(walk.tree, folder);
  const patches = reading.kind === 'kustomization' ? readPatches(walk, reading.kustomization) : [];
  if (reading.kind === 'kustomization') walk.notLookedAt.push(...reading.kustomization.notLookedAt);
  if (reading.kind === 'broken') walk.problems.push(...reading.problems);
  walk.kustomizations.set(folder, { reading, patches });
  return { reading, patches };
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
  const known = walk.manifests.get(path);
  if (known === undefined && walk.manifests.size >= walk.mostManifests) return [];
  const images = known ?? readManifestImages(walk.tree, path, content, walk.matters, walk);
  walk.manifests.set(path, images);
  return images.map(trace);
}

function foldersOf(walk: Walk, { folder, resources, components }: Kustomization): readonly RepoPath[] {
  return [...resources, ...components].flatMap(({ text }) => {
    const path = resolveRepoPath(folder, text);
    return path !== undefined && isFolder(walk.tree, path) ? [path] : [];
  });
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

function applyPatch(walk: Walk, images: TracedImage[], patch: ImagePatch): TracedImage[] {
  const concerned = new Set(images.filter(({ written, names }) => patch.concerns(written, names)));
  if (patch.effect === 'removes') return images.filter((image) => !concerned.has(image));
  for (const image of concerned) image.unclear.push(patch.position);
  if (concerned.size === 0 && patch.image !== undefined) {
    walk.patched.push({ image: patch.image, position: patch.position });
  }
  return images;
}

function isFolder(tree: ManifestTree, path: RepoPath): boolean {
  return tree.list(path).length > 0;
}

/** What kustomize would fetch: a URL, an scp-like or `host/path` address, or anything with a Git reference. */
function isRemote(text: string): boolean {
  return /:\/\/|^git@|^git::|\?ref=|^[^/]+\.[a-z]+\//.test(text);
}
