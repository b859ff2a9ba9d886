import type { SourcePosition } from '../errors/problem.ts';
import type { ImageReference } from '../images/imageReference.ts';
import type { RepoPath } from '../workspace/service.ts';
import type { YamlPath } from '../yaml/positionOf.ts';
import type { YamlDocument } from '../yaml/yamlDocument.ts';
import type { ManifestProblem } from './manifestNotes.ts';
import type { NotLookedAt } from './notLookedAt.ts';
import type { OtherWriter } from './otherWriters.ts';

/** The object a container image belongs to, as its manifest names it. */
export interface ImageWorkload {
  readonly kind: string;
  /** Empty when the manifest has none, e.g. with `generateName`. */
  readonly name: string;
  /** Container name, or its place in the list (`#0`) when it has none. */
  readonly container: string;
}

/** An `image:` scalar of a container. */
export interface WrittenImage {
  readonly file: RepoPath;
  readonly document: YamlDocument;
  readonly path: YamlPath;
  readonly node: unknown;
  readonly text: string;
  readonly position: SourcePosition;
  /** Whether the scalar stands for other places too, by an anchor, alias or merge key. */
  readonly shared: boolean;
  readonly workload: ImageWorkload;
}

/** A kustomize `images:` entry that a container's image went through. */
export interface ImageSetting {
  readonly file: RepoPath;
  /** Index in the file's `images:`. */
  readonly index: number;
  readonly name: string;
  readonly newName?: string;
  readonly newTag?: string;
  readonly digest?: string;
  readonly position: SourcePosition;
  /** Whether Flux's image automation marks one of its lines as its own. */
  readonly isMarked: boolean;
}

/** What one container runs, and by which files it does. */
export interface EffectiveImage {
  /** The whole reference as agents see it, e.g. `ghcr.io/acme/api:v1@sha256:…`. */
  readonly text: string;
  /** Undefined when the text is no image reference, such as `api:${TAG}`. */
  readonly reference?: ImageReference;
  readonly written: WrittenImage;
  /** In the order they apply; empty with raw manifests. */
  readonly settings: readonly ImageSetting[];
  /** Patches and entries that set, or may set, this image in a way that is not followed. */
  readonly unclear: readonly SourcePosition[];
}

/** All images that an environment's manifests put into effect. */
export interface EffectiveImages {
  readonly images: readonly EffectiveImage[];
  readonly notLookedAt: readonly NotLookedAt[];
  /** Argo CD's writers, of whatever image. */
  readonly otherWriters: readonly OtherWriter[];
  /** An `error` means that images may be missing or wrong here. */
  readonly problems: readonly ManifestProblem[];
}
