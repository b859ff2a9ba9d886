import { TowlineError } from '../../domain/errors/towlineError.ts';
import { decodeManifest } from '../../domain/manifests/decodeManifest.ts';
import { createManifestTree, type UnreadableFile } from '../../domain/manifests/manifestTree.ts';
import type { SourceTree } from '../../domain/rendering/collectSources.ts';
import type { RepoPath } from '../../domain/workspace/service.ts';
import type { NewFile } from '../ports/files.ts';
import type { ObjectId, Repository, TreeFile } from '../ports/repositories.ts';

/** Files of a commit above which nobody means them all to be rendered. */
export const mostFiles = 50_000;

/** Bytes that are read of one commit. */
const mostBytes = 256 * 1024 * 1024;

/** Bytes above which a file is nothing that a renderer reads as text. */
const largestText = 8 * 1024 * 1024;

const linkMode = '120000';

/** The files of one commit, read as they turn out to be needed. */
export interface OpenCommit {
  /**
   * Works something out from the files; `work` is called again as long as it asks for contents that were not read yet,
   * so it must be a pure function.
   */
  derive<T>(work: (source: SourceTree) => T, signal: AbortSignal): Promise<T>;
  /** Whole contents, links as links. */
  read(paths: readonly RepoPath[], signal: AbortSignal): Promise<readonly NewFile[]>;
}

/** Opens a commit whose objects are here. */
export async function openCommit(
  repository: Pick<Repository, 'listTree' | 'readBlobs'>,
  commit: ObjectId,
  signal: AbortSignal,
): Promise<OpenCommit> {
  const listed = new Map((await repository.listTree(commit, '', signal)).map((file) => [file.path, file]));
  const paths = [...listed.keys()].sort();
  const contents = new Map<RepoPath, string | UnreadableFile>();
  const { tree, missing } = createManifestTree(paths, contents);
  const blobs = new Map<ObjectId, Uint8Array>();
  let bytes = 0;

  async function load(files: readonly TreeFile[], loading: AbortSignal): Promise<void> {
    const ids = [...new Set(files.map(({ id }) => id))].filter((id) => !blobs.has(id));
    if (ids.length === 0) return;
    for (const [id, content] of await repository.readBlobs(ids, loading)) {
      bytes += content.length;
      blobs.set(id, content);
    }
    if (bytes <= mostBytes) return;
    const why = `what they may read of commit ${commit.slice(0, 7)} is more than ${mostBytes >> 20} MiB`;
    throw new TowlineError('rendering-failed', { why, next: 'Give the environment a folder of its own.' });
  }

  const filesOf = (wanted: Iterable<RepoPath>) => [...wanted].flatMap((path) => listed.get(path) ?? []);
  const bytesOf = ({ id }: TreeFile): Uint8Array => blobs.get(id) ?? new Uint8Array();

  const linkFiles = [...listed.values()].filter(({ mode }) => mode === linkMode);
  await load(linkFiles, signal);
  const links = new Map(linkFiles.map((file) => [file.path, new TextDecoder().decode(bytesOf(file))]));

  return {
    async derive(work, deriving) {
      for (;;) {
        const result = work({ tree, paths, links });
        const files = filesOf(missing).filter(({ path }) => !contents.has(path));
        if (files.length === 0) return result;
        await load(files, deriving);
        for (const file of files) contents.set(file.path, decode(file, bytesOf(file)));
      }
    },
    async read(wanted, reading) {
      if (wanted.length > mostFiles) {
        const why = `they may read ${wanted.length} files; at most ${mostFiles} are taken from Git`;
        throw new TowlineError('rendering-failed', {
          why,
          next: 'Give the environment a folder of its own.',
        });
      }
      const files = filesOf(wanted);
      await load(files, reading);
      return files.map((file) => {
        const link = links.get(file.path);
        return { path: file.path, content: link === undefined ? bytesOf(file) : { link } };
      });
    },
  };
}

function decode({ mode }: TreeFile, bytes: Uint8Array): string | UnreadableFile {
  if (mode === linkMode) return { kind: 'unreadable', why: 'symbolic-link' };
  return bytes.length > largestText ? { kind: 'unreadable', why: 'too-large' } : decodeManifest(bytes);
}
