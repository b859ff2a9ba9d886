import { type Kustomization, readKustomization } from '../manifests/kustomization.ts';
import type { ManifestTree } from '../manifests/manifestTree.ts';
import { resolveRepoPath } from '../manifests/resolveRepoPath.ts';
import type { RepoPath } from '../workspace/service.ts';
import { readWrittenObjects, type WrittenObject } from './writtenObjects.ts';

/** Where an object of a kustomization is written, and the files that patch it by its name, the last one last. */
export interface KustomizedObject {
  readonly object: WrittenObject;
  readonly patches: readonly WrittenObject[];
}

export interface WantedObject {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
}

interface Match {
  readonly object: WrittenObject;
  readonly patches: WrittenObject[];
  /** Every name it has had so far, any of which a patch may use. */
  readonly names: string[];
}

interface Search {
  readonly tree: ManifestTree;
  readonly kind: string;
}

/**
 * Finds an object by the name it has once every prefix and suffix is added. Undefined where no file of the repository
 * has it, and where several may be meant. Inline patches, and those with a target, are not among the patches.
 */
export function findKustomizedObject(
  tree: ManifestTree,
  folder: RepoPath,
  wanted: WantedObject,
): KustomizedObject | undefined {
  const matches = new Map<string, Match>();
  for (const match of searchFolder({ tree, kind: wanted.kind }, folder, wanted.name, [])) {
    const { file, line, column } = match.object.at;
    matches.set(`${line}:${column} ${file}`, match);
  }
  const all = [...matches.values()];
  const [only, ...others] =
    all.length > 1 ? all.filter(({ object }) => object.namespace === wanted.namespace) : all;
  return only && others.length === 0 ? only : undefined;
}

/** What a kustomization includes by the name that it leaves with. */
function searchFolder(
  search: Search,
  folder: RepoPath,
  name: string,
  open: readonly RepoPath[],
): readonly Match[] {
  const kustomization = open.includes(folder) ? undefined : readFolder(search, folder);
  let inner = kustomization && withoutAffixes(name, kustomization);
  if (!kustomization || inner === undefined) return [];
  const within = [...open, folder];
  const matches: Match[] = [];
  const components = kustomization.components.flatMap(({ text }) => {
    const path = resolveRepoPath(folder, text);
    const component = path === undefined ? undefined : readFolder(search, path);
    return component ? [component] : [];
  });
  // A component changes what stands before it, so the last one was the last to add to the name.
  for (const component of components.toReversed()) {
    if (inner === undefined) break;
    matches.push(...searchFolder(search, component.folder, inner, within));
    inner = withoutAffixes(inner, component);
  }
  if (inner !== undefined) {
    const below = searchResources(search, kustomization, inner, within);
    for (const component of components) applyPatches(search, component, below);
    matches.push(...below);
  }
  applyPatches(search, kustomization, matches);
  for (const { names } of matches) names.push(name);
  return matches;
}

function searchResources(
  search: Search,
  { folder, resources }: Kustomization,
  name: string,
  open: readonly RepoPath[],
): readonly Match[] {
  return resources.flatMap(({ text }) => {
    const path = resolveRepoPath(folder, text);
    if (path === undefined) return [];
    if (search.tree.list(path).length > 0) return searchFolder(search, path, name, open);
    return readFile(search, path, name).map((object) => ({ object, patches: [], names: [name] }));
  });
}

function applyPatches(search: Search, { folder, patches }: Kustomization, matches: readonly Match[]): void {
  if (matches.length === 0) return;
  for (const { file } of patches) {
    const path = file === undefined ? undefined : resolveRepoPath(folder, file);
    if (path === undefined) continue;
    for (const patch of readFile(search, path))
      for (const match of matches) if (match.names.includes(patch.name)) match.patches.push(patch);
  }
}

/** @param name only objects of this name */
function readFile({ tree, kind }: Search, path: RepoPath, name?: string): readonly WrittenObject[] {
  const text = tree.read(path);
  if (typeof text !== 'string' || (name !== undefined && !text.includes(name))) return [];
  return readWrittenObjects(path, text, kind).filter(
    (object) => object.kind === kind && (name === undefined || object.name === name),
  );
}

function readFolder({ tree }: Search, folder: RepoPath): Kustomization | undefined {
  const reading = readKustomization(tree, folder);
  return reading.kind === 'kustomization' ? reading.kustomization : undefined;
}

/** The name before these were added; undefined where it cannot have come through there. */
function withoutAffixes(
  name: string,
  { namePrefix, nameSuffix }: Pick<Kustomization, 'namePrefix' | 'nameSuffix'>,
): string | undefined {
  const end = name.length - nameSuffix.length;
  const fits = name.startsWith(namePrefix) && name.endsWith(nameSuffix) && end > namePrefix.length;
  return fits ? name.slice(namePrefix.length, end) : undefined;
}
