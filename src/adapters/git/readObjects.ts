import type { RepoPath } from '../../domain/workspace/service.ts';
import type { ObjectId, TreeFile } from '../../engine/ports/repositories.ts';
import { checkedId, type Git } from './git.ts';
import type { Reach } from './gitEnvironment.ts';
import { gitFailure } from './gitFailure.ts';
import { type BatchObject, parseCatFileBatch } from './parseCatFileBatch.ts';

export async function hasObject(git: Git, id: ObjectId, signal: AbortSignal): Promise<boolean> {
  const args = ['cat-file', '-e', checkedId(id)] as const;
  // 128 in a partial clone, where the missing object would be fetched if it were allowed.
  const { exitCode } = await git.run({ reach: 'local', args, answers: [0, 1, 128] }, signal);
  return exitCode === 0;
}

export async function readCommit(git: Git, id: ObjectId, signal: AbortSignal) {
  const { stdout } = await git.run({ reach: 'local', args: ['cat-file', 'commit', checkedId(id)] }, signal);
  const text = stdout.toString();
  const blank = text.indexOf('\n\n');
  const headers = text.slice(0, blank).split('\n');
  const valuesOf = (name: string) =>
    headers.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  const [tree = ''] = valuesOf('tree');
  return { tree, parents: valuesOf('parent'), message: text.slice(blank + 2) };
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
 * Contents by id, from one process. What is missing is asked for again with `reach` `helpers` when
 * `fetchMissing`: in a partial clone git then fetches it. Throws `git-failed` naming what is not here.
 */
export async function readBlobs(
  git: Git,
  ids: readonly ObjectId[],
  fetchMissing: boolean,
  signal: AbortSignal,
): Promise<ReadonlyMap<ObjectId, Uint8Array>> {
  const blobs = new Map<ObjectId, Uint8Array>();
  const asked = [...new Set(ids)].map(checkedId);
  const missing = await readBatch(git, 'local', asked, blobs, signal);
  const absent = fetchMissing ? await readBatch(git, 'helpers', missing, blobs, signal) : missing;
  if (absent.length === 0) return blobs;
  const some = absent.slice(0, 3).join(', ');
  throw gitFailure('cat-file', `${absent.length} objects are not in this clone, e.g. ${some}`);
}

/** Adds what is found to `blobs`; gives what is not. */
async function readBatch(
  git: Git,
  reach: Reach,
  ids: readonly ObjectId[],
  blobs: Map<ObjectId, Uint8Array>,
  signal: AbortSignal,
): Promise<readonly ObjectId[]> {
  if (ids.length === 0) return [];
  const input = `${ids.join('\n')}\n`;
  // A partial clone that may not fetch ends the batch at the first missing object.
  const args = ['cat-file', '--batch'] as const;
  const { stdout } = await git.run({ reach, args, input, answers: [0, 128] }, signal);
  const objects: readonly (BatchObject | undefined)[] = parseCatFileBatch(stdout);
  return ids.filter((id, index) => {
    const object = objects[index];
    if (object?.type === 'blob' && object.id === id) blobs.set(id, object.content);
    return !blobs.has(id);
  });
}
