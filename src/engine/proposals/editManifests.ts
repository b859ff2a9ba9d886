import { decodeManifest } from '../../domain/manifests/decodeManifest.ts';
import type { ImageEdit, WantedImage } from '../../domain/manifests/imageEdit.ts';
import {
  createManifestTree,
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

/**
 * Edits an environment's manifests, as they are in the base commit, for the wanted images one after the other.
 * Only files that turn out to be needed are read from Git.
 */
export async function editManifests(
  source: ManifestSource,
  environment: Environment,
  wanted: readonly WantedImage[],
  signal: AbortSignal,
): Promise<EditedManifests> {
  const { repository, baseCommit, path } = source;
  const listed = new Map(
    (await repository.listTree(baseCommit, '', signal)).map((file) => [file.path, file]),
  );
  const contents = new Map<RepoPath, string | UnreadableFile>();
  for (;;) {
    const { tree, missing } = createManifestTree(listed.keys(), contents);
    const edited = editAll({ ...environment, path }, tree, wanted);
    if (missing.size === 0) return edited;
    await loadFiles(
      source,
      [...missing].flatMap((file) => listed.get(file) ?? []),
      contents,
      signal,
    );
  }
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
