import type { ManifestStyle } from '../workspace/environment.ts';
import type { RepoPath } from '../workspace/service.ts';
import { kustomizationNames } from './kustomization.ts';
import type { ManifestTree } from './manifestTree.ts';

/** The style that a folder's own files show; undefined when nothing in it looks like a manifest. */
export function detectManifestStyle(tree: ManifestTree, folder: RepoPath): ManifestStyle | undefined {
  const entries = tree.list(folder);
  const names = new Set(entries.map(({ name }) => name));
  if (kustomizationNames.some((name) => names.has(name))) return 'kustomize';
  if (names.has('Chart.yaml')) return 'helm';
  const mayHold = entries.some(({ name, kind }) => kind === 'folder' || /\.ya?ml$/i.test(name));
  return mayHold ? 'manifests' : undefined;
}
