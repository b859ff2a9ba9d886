import { join } from 'node:path';
import { formatImageReference, type ImageReference } from '../../domain/images/imageReference.ts';
import { matchRepository } from '../../domain/images/matchRepository.ts';
import { targetRepository } from '../../domain/images/targetRepository.ts';
import { createManifestTree, type ManifestTree } from '../../domain/manifests/manifestTree.ts';
import { readEffectiveImages } from '../../domain/manifests/readEffectiveImages.ts';
import { filesBelow } from '../../domain/workspace/filesBelow.ts';
import type { Files } from '../ports/files.ts';
import type { OpenWorkspace } from './openWorkspace.ts';

/** What an environment's manifests in the checkout say of a service's image. */
export interface CurrentImage {
  readonly environment: string;
  readonly service: string;
  readonly image: ImageReference;
  /** The whole reference. */
  readonly text: string;
}

/** Files in an environment's folder above which nobody waits for them to be read just to be shown. */
const mostFiles = 300;

/** Images of the environments whose manifests are in this checkout; those that cannot be told are left out. */
export function readCurrentImages(
  files: Pick<Files, 'readText'>,
  { workspace, folder, state }: Pick<OpenWorkspace, 'workspace' | 'folder' | 'state'>,
): readonly CurrentImage[] {
  const texts = new Map<string, string>();
  const listing = createManifestTree(state.files, new Map()).tree;
  const known = new Set(state.files);
  const tree: ManifestTree = {
    list: listing.list,
    read(path) {
      if (!known.has(path)) return undefined;
      const text = texts.get(path) ?? files.readText(join(folder, path)) ?? '';
      texts.set(path, text);
      return text;
    },
  };
  return workspace.environments.flatMap((environment) => {
    if (environment.repository.kind !== 'same') return [];
    if (filesBelow(state.files, environment.path).length > mostFiles) return [];
    const { images } = readEffectiveImages(tree, environment);
    return workspace.services.flatMap(({ name, image }) => {
      const meant = {
        matches: image,
        repository: targetRepository(workspace.registry ?? 'localhost', image),
      };
      const found = images.find(
        ({ reference }) => reference && matchRepository(reference.repository, meant) !== 'none',
      );
      if (!found?.reference) return [];
      const { reference } = found;
      return [
        {
          environment: environment.name,
          service: name,
          image: reference,
          text: formatImageReference(reference),
        },
      ];
    });
  });
}
