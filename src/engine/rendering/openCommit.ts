import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { SourceTree } from '../../domain/rendering/collectSources.ts';
import type { RepoPath } from '../../domain/workspace/service.ts';
import type { NewFile } from '../ports/files.ts';
import type { ObjectId, Repository, TreeFile } from '../ports/repositories.ts';
import { createManifestReader } from '../proposals/manifestReader.ts';

/** Files of a commit above which nobody means them all to be rendered. */
const mostFiles = 50_000;

/** Bytes that are read of one commit. */
const mostBytes = 256 * 1024 * 1024;

/** Files whose contents are asked for at once, so that the limit above is met long before memory is. */
const batchSize = 256;

const linkMode = '120000';

/** The files of one commit, read as they turn out to be needed. */
export interface OpenCommit {
  /**
   * Works something out from the files; `work` is called again as long as it asks for contents that were not read yet,
   * so it must be a pure function.
   */
  derive<T>(work: (source: SourceTree) => T, signal: AbortSignal): Promise<T>;
  /** Whole contents, links as links. Throws `rendering-failed` when they are more than anybody means to render. */
  read(paths: readonly RepoPath[], signal: AbortSignal): Promise<readonly NewFile[]>;
}

/** Opens a commit whose objects are here. */
export async function openCommit(
  repository: Pick<Repository, 'listTree' | 'readBlobs'>,
  commit: ObjectId,
  signal: AbortSignal,
): Promise<OpenCommit> {
  const reader = createManifestReader(repository, commit);
  const listed = await reader.list(signal);
  const paths = [...listed.keys()].sort();
  const linkFiles = [...listed.values()].filter(({ mode }) => mode === linkMode);
  const targets = await readAll(linkFiles, signal);
  const links = new Map(
    linkFiles.map(({ path, id }) => [path, new TextDecoder().decode(targets.get(id) ?? new Uint8Array())]),
  );

  async function readAll(
    files: readonly TreeFile[],
    reading: AbortSignal,
  ): Promise<ReadonlyMap<ObjectId, Uint8Array>> {
    const ids = [...new Set(files.map(({ id }) => id))];
    const blobs = new Map<ObjectId, Uint8Array>();
    let bytes = 0;
    for (let start = 0; start < ids.length; start += batchSize) {
      const batch = await repository.readBlobs(ids.slice(start, start + batchSize), reading);
      for (const [id, content] of batch) {
        bytes += content.length;
        blobs.set(id, content);
      }
      if (bytes > mostBytes) throw tooMuch(`are more than ${mostBytes >> 20} MiB`);
    }
    return blobs;
  }

  const tooMuch = (why: string): TowlineError =>
    new TowlineError('rendering-failed', {
      why: `The files of commit ${commit.slice(0, 7)} that rendering may read ${why}`,
      next: 'Give the environment a folder of its own.',
    });

  return {
    derive: (work, deriving) => reader.read((tree) => work({ tree, paths, links }), deriving),
    async read(wanted, reading) {
      if (wanted.length > mostFiles) throw tooMuch(`are ${wanted.length}; at most ${mostFiles} are taken`);
      const files = wanted.flatMap((path) => listed.get(path) ?? []);
      const blobs = await readAll(
        files.filter(({ mode }) => mode !== linkMode),
        reading,
      );
      return files.map(({ path, id }) => {
        const link = links.get(path);
        return { path, content: link === undefined ? (blobs.get(id) ?? new Uint8Array()) : { link } };
      });
    },
  };
}
