import type { ImageEdit, WantedImage } from '../../domain/manifests/imageEdit.ts';
import { type ManifestTree, replaceFiles } from '../../domain/manifests/manifestTree.ts';
import { proposeImageEdit } from '../../domain/manifests/proposeImageEdit.ts';
import type { Environment } from '../../domain/workspace/environment.ts';
import type { RepoPath } from '../../domain/workspace/service.ts';
import { createManifestReader } from './manifestReader.ts';
import type { ManifestSource } from './manifestSource.ts';

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
  const reader = createManifestReader(repository, baseCommit);
  return {
    edit: (wanted, signal) => reader.read((tree) => editAll({ ...environment, path }, tree, wanted), signal),
  };
}

/** A service the manifests already run as wanted changes nothing; one that is held changes nothing either. */
function editAll(
  environment: Environment,
  tree: ManifestTree,
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
