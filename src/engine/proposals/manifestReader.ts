import { createShared } from '../../base/shared.ts';
import { untilAborted } from '../../base/untilAborted.ts';
import { decodeManifest } from '../../domain/manifests/decodeManifest.ts';
import {
  createManifestTree,
  type ManifestTree,
  type PartialTree,
  type UnreadableFile,
} from '../../domain/manifests/manifestTree.ts';
import type { RepoPath } from '../../domain/workspace/service.ts';
import type { ObjectId, Repository, TreeFile } from '../ports/repositories.ts';

/** Bytes above which a file is no manifest that anybody wrote. */
const largestManifest = 8 * 1024 * 1024;

/** The files of one commit, read from Git as they turn out to be needed; what was read stays for the next look. */
export interface ManifestReader {
  /** Calls `look` until nothing it wanted was missing; it must be a pure function of the tree. */
  read<T>(look: (tree: ManifestTree) => T, signal: AbortSignal): Promise<T>;
  /** Every file and symbolic link of the commit. */
  list(signal: AbortSignal): Promise<ReadonlyMap<RepoPath, TreeFile>>;
}

type CommitFiles = Pick<Repository, 'listTree' | 'readBlobs'>;

interface OpenTree extends PartialTree {
  readonly listed: ReadonlyMap<RepoPath, TreeFile>;
}

export function createManifestReader(repository: CommitFiles, commit: ObjectId): ManifestReader {
  const contents = new Map<RepoPath, string | UnreadableFile>();
  let loading: Promise<unknown> = Promise.resolve();

  const opening = createShared(async (signal): Promise<OpenTree> => {
    const files = await repository.listTree(commit, '', signal);
    const listed = new Map(files.map((file) => [file.path, file]));
    return { listed, ...createManifestTree(listed.keys(), contents) };
  });

  /** One after the other, as looks at the same time mostly need the same files. */
  async function load({ listed, missing }: OpenTree, signal: AbortSignal): Promise<void> {
    const turn = loading.then(() => {
      signal.throwIfAborted();
      const files = [...missing].filter((file) => !contents.has(file));
      return loadFiles(
        repository,
        files.flatMap((file) => listed.get(file) ?? []),
        contents,
        signal,
      );
    });
    loading = turn.catch(() => undefined);
    await untilAborted(turn, signal);
  }

  return {
    list: async (signal) => (await opening.get(signal)).listed,
    async read(look, signal) {
      const opened = await opening.get(signal);
      for (;;) {
        const seen = look(opened.tree);
        if ([...opened.missing].every((file) => contents.has(file))) return seen;
        await load(opened, signal);
      }
    },
  };
}

async function loadFiles(
  repository: CommitFiles,
  files: readonly TreeFile[],
  contents: Map<RepoPath, string | UnreadableFile>,
  signal: AbortSignal,
): Promise<void> {
  const readable = files.filter(({ mode }) => mode !== '120000');
  const blobs = await repository.readBlobs([...new Set(readable.map(({ id }) => id))], signal);
  for (const { path, mode, id } of files) {
    const bytes = blobs.get(id);
    if (mode === '120000' || !bytes) contents.set(path, { kind: 'unreadable', why: 'symbolic-link' });
    else
      contents.set(
        path,
        bytes.length > largestManifest ? { kind: 'unreadable', why: 'too-large' } : decodeManifest(bytes),
      );
  }
}
