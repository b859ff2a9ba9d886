import { createShared } from '../../base/shared.ts';
import { untilAborted } from '../../base/untilAborted.ts';
import { decodeManifest } from '../../domain/manifests/decodeManifest.ts';
import type { ImageEdit, WantedImage } from '../../domain/manifests/imageEdit.ts';
import {
  createManifestTree,
  type PartialTree,
  replaceFiles,
  type UnreadableFile,
} from '../../domain/manifests/manifestTree.ts';
import { proposeImageEdit } from '../../domain/manifests/proposeImageEdit.ts';
import type { Environment } from '../../domain/workspace/environment.ts';
import type { RepoPath } from '../../domain/workspace/service.ts';
import type { TreeFile } from '../ports/repositories.ts';
import type { ManifestSource } from './manifestSource.ts';

/** Bytes above which a file is no manifest that anybody wrote. */
const largestManifest = 8 * 1024 * 1024;

export interface EditedManifests {
  /** Whole new contents by path. */
  readonly files: ReadonlyMap<RepoPath, string>;
  /** One for each wanted image, in order. */
  readonly edits: readonly ImageEdit[];
}

/** An environment's manifests as they are in the base commit; what was read stays for the next edit. */
export interface ManifestFiles {
  /** Edits them for the wanted images one after the other. Only files that turn out to be needed are read from Git. */
  edit(wanted: readonly WantedImage[], signal: AbortSignal): Promise<EditedManifests>;
}

export function createManifestFiles(source: ManifestSource, environment: Environment): ManifestFiles {
  const { repository, baseCommit, path } = source;
  const contents = new Map<RepoPath, string | UnreadableFile>();
  let loading: Promise<unknown> = Promise.resolve();

  const opening = createShared(async (signal): Promise<OpenTree> => {
    const files = await repository.listTree(baseCommit, '', signal);
    const listed = new Map(files.map((file) => [file.path, file]));
    return { listed, ...createManifestTree(listed.keys(), contents) };
  });

  /** One after the other, as edits at the same time mostly need the same files. */
  async function load({ listed, missing }: OpenTree, signal: AbortSignal): Promise<void> {
    const turn = loading.then(() => {
      signal.throwIfAborted();
      const files = [...missing].filter((file) => !contents.has(file));
      return loadFiles(
        source,
        files.flatMap((file) => listed.get(file) ?? []),
        contents,
        signal,
      );
    });
    loading = turn.catch(() => undefined);
    await untilAborted(turn, signal);
  }

  return {
    async edit(wanted, signal) {
      const opened = await opening.get(signal);
      for (;;) {
        const edited = editAll({ ...environment, path }, opened.tree, wanted);
        if ([...opened.missing].every((file) => contents.has(file))) return edited;
        await load(opened, signal);
      }
    },
  };
}

interface OpenTree extends PartialTree {
  readonly listed: ReadonlyMap<RepoPath, TreeFile>;
}

/** A service the manifests already run as wanted changes nothing; one that is held changes nothing either. */
function editAll(
  environment: Environment,
  tree: Parameters<typeof proposeImageEdit>[0],
  wanted: readonly WantedImage[],
): EditedManifests {
  const files = new Map<RepoPath, string>();
  const edits = wanted.map((image) => {
    const edit = proposeImageEdit(replaceFiles(tree, files), environment, image);
    if (edit.kind === 'edit') for (const { path, after } of edit.edits) files.set(path, after);
    return edit;
  });
  return { files, edits };
}

async function loadFiles(
  { repository }: ManifestSource,
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
