import type { RepoPath } from '../../domain/workspace/service.ts';
import type { ObjectId, TreeFile } from '../../engine/ports/repositories.ts';
import { checkedId, type Git } from './git.ts';
import { gitFailure } from './gitFailure.ts';
import type { ObjectReader } from './objectReader.ts';
import { type BatchObject, parseCatFileBatch } from './parseCatFileBatch.ts';

export async function hasObject(reader: ObjectReader, id: ObjectId, signal: AbortSignal): Promise<boolean> {
  const [object] = await reader.read([checkedId(id)], signal);
  return object !== undefined;
}

export async function readCommit(git: Git, reader: ObjectReader, id: ObjectId, signal: AbortSignal) {
  const text = await commitText(git, reader, checkedId(id), signal);
  const blank = text.indexOf('\n\n');
  const headers = text.slice(0, blank).split('\n');
  const valuesOf = (name: string) =>
    headers.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  const [tree = ''] = valuesOf('tree');
  return { tree, parents: valuesOf('parent'), message: text.slice(blank + 2) };
}

async function commitText(
  git: Git,
  reader: ObjectReader,
  id: ObjectId,
  signal: AbortSignal,
): Promise<string> {
  const [object] = await reader.read([id], signal);
  if (object?.type === 'commit') return Buffer.from(object.content).toString();
  // For its words, and for what else stands for a commit.
  const { stdout } = await git.run({ reach: 'local', args: ['cat-file', 'commit', id] }, signal);
  return stdout.toString();
}

export async function listTree(
  git: Git,
  commit: ObjectId,
  folder: RepoPath,
  signal: AbortSignal,
): Promise<readonly TreeFile[]> {
  const below = folder === '' ? [] : [`${folder}/`];
  const args = ['ls-tree', '-r', '-z', '--full-tree', checkedId(commit), '--', ...below] as const;
  const { stdout } = await git.run({ reach: 'local', args }, signal);
  const files: TreeFile[] = [];
  for (const entry of stdout.toString().split('\0')) {
    const tab = entry.indexOf('\t');
    const [mode = '', type, id = ''] = entry.slice(0, tab).split(' ');
    if (type === 'blob') files.push({ path: entry.slice(tab + 1), mode, id });
  }
  return files;
}

/**
 * Contents by id. What is missing is asked for again with `reach` `helpers` when `fetchMissing`: in a partial
 * clone git then fetches it. Throws `git-failed` naming what is not here.
 */
export async function readBlobs(
  git: Git,
  reader: ObjectReader,
  ids: readonly ObjectId[],
  fetchMissing: boolean,
  signal: AbortSignal,
): Promise<ReadonlyMap<ObjectId, Uint8Array>> {
  const blobs = new Map<ObjectId, Uint8Array>();
  const asked = [...new Set(ids)].map(checkedId);
  const missing = addFound(asked, await reader.read(asked, signal), blobs);
  const absent = fetchMissing ? await fetchBlobs(git, missing, blobs, signal) : missing;
  if (absent.length === 0) return blobs;
  const some = absent.slice(0, 3).join(', ');
  throw gitFailure('cat-file', `${absent.length} objects are not in this clone, e.g. ${some}`);
}

/** Adds what git fetches to `blobs`; gives what it cannot. */
async function fetchBlobs(
  git: Git,
  ids: readonly ObjectId[],
  blobs: Map<ObjectId, Uint8Array>,
  signal: AbortSignal,
): Promise<readonly ObjectId[]> {
  if (ids.length === 0) return [];
  const input = `${ids.join('\n')}\n`;
  const args = ['cat-file', '--batch'] as const;
  const { stdout } = await git.run({ reach: 'helpers', args, input, answers: [0, 128] }, signal);
  return addFound(ids, parseCatFileBatch(stdout), blobs);
}

/** Adds what was found to `blobs`; gives what was not. */
function addFound(
  ids: readonly ObjectId[],
  objects: readonly (BatchObject | undefined)[],
  blobs: Map<ObjectId, Uint8Array>,
): readonly ObjectId[] {
  return ids.filter((id, index) => {
    const object = objects[index];
    if (object?.type === 'blob' && object.id === id) blobs.set(id, object.content);
    return !blobs.has(id);
  });
}
