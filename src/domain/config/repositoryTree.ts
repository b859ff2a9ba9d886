import type { ManifestStyle } from '../workspace/environment.ts';
import type { RepoPath } from '../workspace/service.ts';

/** What the repository holds, for what a name in towline.yaml can be checked against. */
export interface RepositoryTree {
  hasFile(path: RepoPath): boolean;
  hasFolder(path: RepoPath): boolean;
}

/** What a folder of manifests holds, by the file that tells. */
export function styleOfFolder(folder: RepoPath, tree: RepositoryTree): ManifestStyle {
  const has = (name: string) => tree.hasFile(folder === '' ? name : `${folder}/${name}`);
  if (['kustomization.yaml', 'kustomization.yml', 'Kustomization'].some(has)) return 'kustomize';
  return has('Chart.yaml') ? 'helm' : 'manifests';
}
