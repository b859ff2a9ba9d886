import type { RepoPath } from '../workspace/service.ts';
import { readYaml, type YamlReading } from '../yaml/readYaml.ts';

/** A file whose content is there but must not be edited as text. */
export interface UnreadableFile {
  readonly kind: 'unreadable';
  readonly why: 'not-utf8' | 'symbolic-link' | 'submodule' | 'too-large';
}

export interface TreeEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder';
}

/** The files of one commit. */
export interface ManifestTree {
  /** Content with its byte order mark and line endings as they are (`decodeManifest`); undefined when there is no such file. */
  read(path: RepoPath): string | UnreadableFile | undefined;
  /** What is directly in a folder, by name; empty when there is no such folder. */
  list(folder: RepoPath): readonly TreeEntry[];
  /** What its files read as, for whoever looks again; every look reads anew where it is absent. */
  readonly readings?: YamlReadings;
}

/** Of each file what its first and its newest text say: as it is, and as an edit would have it. */
export type YamlReadings = Map<RepoPath, readonly { readonly text: string; readonly reading: YamlReading }[]>;

/**
 * What a file of a tree says as YAML: parsed once per text, because a tree is looked at until nothing is missing, and
 * once more as it would be after an edit.
 */
export function readYamlOf(
  { readings }: Pick<ManifestTree, 'readings'>,
  file: RepoPath,
  text: string,
): YamlReading {
  const before = readings?.get(file) ?? [];
  const known = before.find((each) => each.text === text);
  if (known) return known.reading;
  const reading = readYaml(text, file);
  readings?.set(file, [...before.slice(0, 1), { text, reading }]);
  return reading;
}

export interface PartialTree {
  readonly tree: ManifestTree;
  /** Files that were asked for and are not loaded; they read as empty, so an answer got with any of them is void. */
  readonly missing: ReadonlySet<RepoPath>;
}

/**
 * A tree whose paths are all known and whose contents are loaded as they turn out to be needed: ask, load
 * what is missing, ask again, until nothing is.
 *
 * @param paths every file of the commit, or at least of the part that may be read
 */
export function createManifestTree(
  paths: Iterable<RepoPath>,
  contents: ReadonlyMap<RepoPath, string | UnreadableFile>,
): PartialTree {
  const files = new Set(paths);
  const folders = listFolders(files);
  const missing = new Set<RepoPath>();
  return {
    missing,
    tree: {
      read(path) {
        if (!files.has(path)) return undefined;
        const content = contents.get(path);
        if (content === undefined) missing.add(path);
        return content ?? '';
      },
      list: (folder) => folders.get(folder) ?? [],
      readings: new Map(),
    },
  };
}

/** The same tree with some files' content replaced, for a second edit on top of a first. */
export function replaceFiles(tree: ManifestTree, replaced: ReadonlyMap<RepoPath, string>): ManifestTree {
  const { readings } = tree;
  return {
    list: (folder) => tree.list(folder),
    read: (path) => replaced.get(path) ?? tree.read(path),
    ...(readings && { readings }),
  };
}

function listFolders(files: Iterable<RepoPath>): Map<RepoPath, TreeEntry[]> {
  const folders = new Map<RepoPath, TreeEntry[]>();
  const add = (path: RepoPath, kind: TreeEntry['kind']) => {
    const slash = path.lastIndexOf('/');
    const folder = path.slice(0, Math.max(slash, 0));
    const known = folders.get(folder);
    const entry = { name: path.slice(slash + 1), kind };
    if (known) known.push(entry);
    else {
      folders.set(folder, [entry]);
      if (folder !== '') add(folder, 'folder');
    }
  };
  for (const file of files) add(file, 'file');
  for (const entries of folders.values()) entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return folders;
}
