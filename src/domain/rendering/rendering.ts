import type { Problem, SourcePosition } from '../errors/problem.ts';
import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import type { RepoPath } from '../workspace/service.ts';

/** An object as the manifests say it, before any cluster has seen it. */
export interface RenderedObject {
  readonly object: ClusterObject;
  /** Where it is written, as far as that can be known: exactly for plain manifests, by kind and name for others. */
  readonly at?: SourcePosition;
}

export type Renderer = 'kustomize' | 'kubectl' | 'helm' | 'files';

/** The manifests of an environment as one commit has them. */
export interface Rendering {
  readonly commit: string;
  readonly folder: RepoPath;
  /** What rendered them; `files`: plain manifests, read as they are. */
  readonly renderer: Renderer;
  /** In the order they were rendered. */
  readonly objects: readonly RenderedObject[];
  /** What was passed over, and what the renderer warned of. */
  readonly problems: readonly Problem[];
  /** What they were made from, as far as it is text; nothing for a chart. */
  readonly texts: ReadonlyMap<RepoPath, string>;
  /** Addresses of bases that were fetched from outside the commit, as they are written: not for people's eyes. */
  readonly fetched: readonly string[];
}
