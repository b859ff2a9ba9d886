import { isMap, isNode, isPair, isScalar, visit } from 'yaml';
import type { Problem, SourcePosition } from '../errors/problem.ts';
import { kustomizationNames } from '../manifests/kustomization.ts';
import type { ManifestTree } from '../manifests/manifestTree.ts';
import { resolveRepoPath } from '../manifests/resolveRepoPath.ts';
import { filesBelow } from '../workspace/filesBelow.ts';
import type { RepoPath } from '../workspace/service.ts';
import { readYaml } from '../yaml/readYaml.ts';
import { startOf } from '../yaml/startOf.ts';
import { positionAt } from '../yaml/yamlDocument.ts';
import { type RealPath, resolveLinks } from './linkTargets.ts';

/** The files of a commit, as far as a renderer may read them. */
export interface SourceTree {
  readonly tree: ManifestTree;
  /** Every path of the commit, sorted. */
  readonly paths: readonly RepoPath[];
  /** What each symbolic link among them says. */
  readonly links: ReadonlyMap<RepoPath, string>;
}

/** What a kustomization fetches from elsewhere. */
export interface RemoteBase {
  readonly address: string;
  readonly at: SourcePosition;
}

export interface CollectedSources {
  /** Files and symbolic links, sorted. */
  readonly files: readonly RepoPath[];
  /** Folders of the kustomizations, each before those it builds on. */
  readonly folders: readonly RepoPath[];
  readonly remoteBases: readonly RemoteBase[];
  readonly problems: readonly Problem[];
}

/** Longer texts name no file. */
const longestPath = 1024;

/**
 * Everything that building a kustomization may read within its repository: its folder, and whatever any text in it
 * names that is there. That is more than needed (a label may be called like a folder), but never less, whichever
 * field of whichever version it stands in.
 */
export function collectSources(source: SourceTree, folder: RepoPath): CollectedSources {
  const known = new Set(source.paths);
  const files = new Set<RepoPath>();
  const folders: RepoPath[] = [];
  const remoteBases = new Map<string, RemoteBase>();
  const problems: Problem[] = [];
  const pending: RepoPath[] = [];

  const follow = (path: RepoPath, at: SourcePosition): RealPath | undefined => {
    const real = resolveLinks(path, source.links);
    if (real === undefined) {
      const message = `${path} is a symbolic link that does not plainly stay in the repository; it is left out.`;
      problems.push({ severity: 'warning', message, at });
    } else for (const link of real.links) files.add(link);
    return real;
  };

  const isFile = (path: RepoPath): boolean => source.tree.read(path) !== undefined;
  const isFolder = (path: RepoPath): boolean => source.tree.list(path).length > 0;

  const include = (path: RepoPath, at: SourcePosition): boolean => {
    const real = follow(path, at);
    if (real === undefined) return false;
    if (source.links.has(real.path)) return false;
    if (known.has(real.path)) files.add(real.path);
    else if (isFolder(real.path)) pending.push(real.path);
    else return false;
    return true;
  };

  const readFolder = (at: RepoPath): void => {
    folders.push(at);
    for (const path of filesBelow(source.paths, at)) {
      if (source.links.has(path)) include(path, { file: path, line: 1, column: 1 });
      else files.add(path);
    }
    for (const name of kustomizationNames) {
      const file = at === '' ? name : `${at}/${name}`;
      const real = resolveLinks(file, source.links);
      if (real && isFile(real.path)) readKustomizationTexts(real.path, at);
    }
  };

  const readKustomizationTexts = (file: RepoPath, at: RepoPath): void => {
    const content = source.tree.read(file);
    if (typeof content !== 'string') return;
    const [document] = readYaml(content, file).documents;
    const root = document?.content.contents;
    if (!document || !isMap(root)) return;
    for (const { key, value } of root.items) {
      const field = isScalar(key) ? String(key.value) : '';
      if (!isNode(value)) continue;
      visit(value, {
        Scalar(part, node, path) {
          if (part === 'key' || typeof node.value !== 'string') return;
          const position = positionAt(document, startOf(node) ?? 0);
          const { value: text } = node;
          const url = urlIn(field, keyOf(path), text);
          const isFound = namesOf(text).some((name) => {
            const named = resolveRepoPath(at, name);
            return named !== undefined && named !== at && include(named, position);
          });
          const address = url ?? (!isFound && isRepository(field, text) ? text : undefined);
          if (address !== undefined) remoteBases.set(address, { address, at: position });
        },
      });
    }
  };

  const seen = new Set<RepoPath>();
  pending.push(folder);
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    if (seen.has(next)) continue;
    seen.add(next);
    readFolder(next);
  }
  return { files: [...files].sort(), folders, remoteBases: [...remoteBases.values()], problems };
}

/** A text as a path, and what stands behind `key=` in the files of a generator. */
function namesOf(text: string): readonly string[] {
  if (text === '' || text.length > longestPath || text.includes('\n')) return [];
  const equals = text.indexOf('=');
  return equals < 0 ? [text] : [text, text.slice(equals + 1)];
}

/** Fields of a kustomization whose texts are loaded from wherever they say. */
const loadedFields = new Set([
  'resources',
  'bases',
  'components',
  'crds',
  'openapi',
  'patches',
  'patchesStrategicMerge',
  'patchesJson6902',
  'replacements',
  'configurations',
  'generators',
  'transformers',
  'validators',
]);
/** Keys of a generator whose texts are loaded, too; its `literals` are not. */
const loadedKeys = new Set(['files', 'file', 'envs', 'env']);
/** Fields that may name a whole repository. */
const repositoryFields = new Set([
  'resources',
  'bases',
  'components',
  'generators',
  'transformers',
  'validators',
]);

/** What kustomize would ask the network for whether or not the repository has a file of that name. */
function urlIn(field: string, key: string, text: string): string | undefined {
  if (!loadedFields.has(field) && !loadedKeys.has(key)) return undefined;
  return /^(?:[^=/]*=)?([a-z][a-z+.-]*:\/\/\S*)$/i.exec(text)?.[1];
}

/** What kustomize would clone: an scp-like address, anything with a Git reference, or `host/owner/name`. */
function isRepository(field: string, text: string): boolean {
  if (!repositoryFields.has(field) || text.length > longestPath || /\s/.test(text)) return false;
  if (/^(?:git::|gh:|[\w.-]+@[\w.-]+:)|[?&]ref=/.test(text)) return true;
  return /^(?:[\w-]+\.)+[a-z]{2,}[/:][\w.-]+\/[\w.-]+/.test(text);
}

/** The nearest key above a value. */
function keyOf(path: readonly unknown[]): string {
  const pair = path.findLast((part) => isPair(part));
  return isPair(pair) && isScalar(pair.key) ? String(pair.key.value) : '';
}
