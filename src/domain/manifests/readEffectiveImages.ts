import type { Environment } from '../workspace/environment.ts';
import { buildKustomization } from './buildKustomization.ts';
import { detectManifestStyle } from './detectManifestStyle.ts';
import type { EffectiveImages } from './effectiveImage.ts';
import type { ManifestTree } from './manifestTree.ts';
import { readManifestFolder } from './readManifestFolder.ts';

/** The part of an environment that says where its manifests are and of what style. */
export type ManifestFolder = Pick<Environment, 'path' | 'style'>;

/** All images that an environment puts into effect, with the places they come from. */
export function readEffectiveImages(tree: ManifestTree, { path, style }: ManifestFolder): EffectiveImages {
  switch (style ?? detectManifestStyle(tree, path)) {
    case 'kustomize':
      return buildKustomization(tree, path);
    case 'manifests':
      return readManifestFolder(tree, path);
    case 'helm':
      return { images: [], notLookedAt: [{ what: path, why: 'a chart' }], problems: [], otherWriters: [] };
    default:
      return { images: [], notLookedAt: [{ what: path, why: 'missing' }], problems: [], otherWriters: [] };
  }
}
