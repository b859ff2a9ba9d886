import type { RepoPath } from '../../domain/workspace/service.ts';
import type { CommitRequest, ObjectId } from '../../engine/ports/repositories.ts';
import { checkedId, type Git } from './git.ts';
import { gitFailure } from './gitFailure.ts';
import type { ObjectReader } from './objectReader.ts';
import { formatPack, type PackedObject } from './packObjects.ts';
import { folderMode, formatTree, objectIdOf, parseTree, type TreeEntry } from './treeObject.ts';

type Edits = CommitRequest['edits'];

interface MadeObject extends PackedObject {
  readonly id: ObjectId;
}

interface MadeTree {
  readonly root: ObjectId;
  /** Edited files first. */
  readonly objects: readonly MadeObject[];
}

/**
 * The tree that a commit with these edits would have; nothing is written. Modes stay; a new file is `100644`. Throws
 * `git-failed` when a path leads through or to something that is not a plain file.
 */
export async function makeTree(
  reader: ObjectReader,
  base: ObjectId,
  edits: Edits,
  signal: AbortSignal,
): Promise<MadeTree> {
  const idBytes = checkedId(base).length / 2;
  const folders = foldersOf(edits);
  const entries = await readTrees(reader, base, folders, idBytes, signal);
  const objects = new Map<ObjectId, MadeObject>();
  for (const { path, content } of edits) {
    const id = objectIdOf('blob', content, idBytes);
    objects.set(id, { id, type: 'blob', content });
    replaceEntry(entries, path, id);
  }
  // Longest first: a folder's id must be known before its parent is made.
  let root = '';
  for (const folder of [...folders].sort((a, b) => depthOf(b) - depthOf(a))) {
    const content = formatTree([...(entries.get(folder)?.values() ?? [])]);
    const id = objectIdOf('tree', content, idBytes);
    objects.set(id, { id, type: 'tree', content });
    if (folder === '') root = id;
    else setEntry(entries, folder, { mode: folderMode, id });
  }
  return { root, objects: [...objects.values()] };
}

/**
 * Writes the edited files and the trees on the way to them, nothing else: the cost depends on the depth of
 * the paths, not on the size of the repository, and there is no index to lock. Throws as `makeTree` does.
 */
export async function writeTree(
  git: Git,
  reader: ObjectReader,
  base: ObjectId,
  edits: Edits,
  signal: AbortSignal,
): Promise<ObjectId> {
  const { root, objects } = await makeTree(reader, base, edits, signal);
  await writeObjects(git, reader, objects, signal);
  return root;
}

/** Entries by name (latin1, so that every byte survives) of each folder. */
type Trees = Map<RepoPath, Map<string, TreeEntry>>;

/** Every folder on the way to an edited file, the root among them. */
function foldersOf(edits: Edits): ReadonlySet<RepoPath> {
  const folders = new Set<RepoPath>(['']);
  for (const { path } of edits) {
    const names = checkedPath(path).split('/');
    for (let length = names.length - 1; length > 0; length--) folders.add(names.slice(0, length).join('/'));
  }
  return folders;
}

function checkedPath(path: RepoPath): RepoPath {
  const unfit = path.split('/').some((name) => /^(?:|\.|\.\.|\.git|git~1)$/i.test(name));
  if (unfit || /[\0\n]/.test(path)) throw gitFailure('write-tree', `'${path}' cannot be committed`);
  return path;
}

async function readTrees(
  reader: ObjectReader,
  base: ObjectId,
  folders: ReadonlySet<RepoPath>,
  idBytes: number,
  signal: AbortSignal,
): Promise<Trees> {
  const names = [...folders];
  const objects = await reader.read(
    names.map((folder) => (folder === '' ? `${base}^{tree}` : `${base}:${folder}`)),
    signal,
  );
  // Not the same as missing: what stands in such a folder is not known.
  if (objects.length < names.length) throw gitFailure('cat-file', `the trees of ${base} are not all here`);
  const trees: Trees = new Map();
  for (const [index, folder] of names.entries()) {
    const object = objects[index];
    if (!object && folder === '') throw gitFailure('cat-file', `there is no commit ${base} here`);
    if (object && object.type !== 'tree') throw gitFailure('write-tree', `'${folder}' is not a folder`);
    const entries = object ? parseTree(object.content, idBytes) : [];
    trees.set(folder, new Map(entries.map((entry) => [entry.name.toString('latin1'), entry])));
  }
  return trees;
}

function replaceEntry(trees: Trees, path: RepoPath, id: ObjectId): void {
  const { siblings, name } = whereIs(trees, path);
  const mode = siblings?.get(name.toString('latin1'))?.mode ?? '100644';
  if (!mode.startsWith('100')) throw gitFailure('write-tree', `'${path}' is not a plain file`);
  setEntry(trees, path, { mode, id });
}

function setEntry(trees: Trees, path: RepoPath, { mode, id }: { mode: string; id: ObjectId }): void {
  const { siblings, name } = whereIs(trees, path);
  const key = name.toString('latin1');
  const before = siblings?.get(key)?.mode;
  // A submodule or a link where a folder is needed.
  if (mode === folderMode && before !== undefined && before !== folderMode) {
    throw gitFailure('write-tree', `'${path}' is not a folder`);
  }
  siblings?.set(key, { mode, name, id });
}

function whereIs(trees: Trees, path: RepoPath) {
  const cut = path.lastIndexOf('/');
  const siblings = trees.get(cut < 0 ? '' : path.slice(0, cut));
  return { siblings, name: Buffer.from(path.slice(cut + 1)) };
}

function depthOf(folder: RepoPath): number {
  return folder === '' ? 0 : folder.split('/').length;
}

/**
 * Writes objects through git, in one process however many they are, and reads them back under the ids that were
 * reckoned for them.
 */
async function writeObjects(
  git: Git,
  reader: ObjectReader,
  objects: readonly MadeObject[],
  signal: AbortSignal,
): Promise<void> {
  const [first] = objects;
  if (first === undefined) return;
  const input = formatPack(objects, first.id.length / 2);
  await git.run({ reach: 'local', args: ['unpack-objects', '-q'], input }, signal);
  const written = await reader.read(
    objects.map(({ id }) => id),
    signal,
  );
  for (const [index, { id, type }] of objects.entries())
    if (written[index]?.type !== type) throw gitFailure('unpack-objects', `did not write ${type} ${id}`);
}
