import type { RepoPath } from './service.ts';

/** Where an environment's manifests live. */
export type ManifestRepository =
  /** The repository the services are in. */
  | { readonly kind: 'same' }
  /** Another clone on this machine; absolute, or relative to the root of the repository the services are in. */
  | { readonly kind: 'local'; readonly path: string }
  /** A remote, as Git takes it. */
  | { readonly kind: 'remote'; readonly url: string };

/** How manifests in a folder name their images. Helm charts are found and said to be unsupported for now. */
export type ManifestStyle = 'kustomize' | 'manifests' | 'helm';

/** Where services run: a manifest path in a Git repository and branch. */
export interface Environment {
  readonly name: string;
  readonly repository: ManifestRepository;
  /** Branch that a proposal is made against; the repository's default branch when absent. */
  readonly branch?: string;
  /** Folder of the kustomization or of the raw manifests, in the manifest repository. */
  readonly path: RepoPath;
  /** Absent when towline.yaml leaves it out and the manifests are in another repository: the folder there tells. */
  readonly style?: ManifestStyle;
  /** Services this environment runs; all that its manifests name when absent. */
  readonly services?: readonly string[];
  /** Whether an image built from uncommitted changes may be proposed. */
  readonly allowDirty: boolean;
  /** One branch for all services of a run instead of one each. */
  readonly group: boolean;
  /** kubeconfig context to read; never written to because of this. */
  readonly context?: string;
}
