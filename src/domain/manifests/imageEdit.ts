import type { Problem, SourcePosition } from '../errors/problem.ts';
import type { ImageReference } from '../images/imageReference.ts';
import type { MeantRepository } from '../images/matchRepository.ts';
import type { RepoPath } from '../workspace/service.ts';
import type { ImageWorkload } from './effectiveImage.ts';
import type { NotLookedAt } from './notLookedAt.ts';

/** What an environment shall run. */
export interface WantedImage extends MeantRepository {
  readonly tag: string;
  readonly digest: string;
}

/** One place in a file's text that an edit changes. */
export type FileChange =
  /** Part of a line: a scalar as written, quotes included; `from` is empty where a flow mapping gains a key. */
  | {
      readonly kind: 'replaced';
      readonly position: SourcePosition;
      readonly from: string;
      readonly to: string;
    }
  /** Whole lines, without their line endings, that now begin at the position. */
  | { readonly kind: 'inserted'; readonly position: SourcePosition; readonly lines: readonly string[] };

/** The whole new content of one file. */
export interface FileEdit {
  readonly path: RepoPath;
  readonly before: string;
  readonly after: string;
  readonly changes: readonly FileChange[];
}

/** A container that the meant image concerns. */
export interface ImagePlace {
  /** The `image:` scalar, or the `images:` entry or patch that has the last word on it. */
  readonly position: SourcePosition;
  /** The image in effect there, as text. */
  readonly image: string;
  readonly workload?: ImageWorkload;
}

export type ImageHoldReason =
  /** No manifest names the image; `images` lists those there are. */
  | 'image-not-found'
  /** More than one place decides, or containers run different versions; `places` lists them. */
  | 'ambiguous'
  /** The manifests name the image in another repository than the one that was pushed. */
  | 'other-repository'
  /** The image is filled in by substitution, e.g. `api:${TAG}`. */
  | 'templated'
  | 'unsupported-style'
  /** The environment's folder has no kustomization, or it cannot be followed. */
  | 'broken-kustomization'
  /** A file that may name the image is not YAML within the limits, or says things twice. */
  | 'unsafe-yaml'
  /** A file that may name the image is not UTF-8 text or is a link. */
  | 'unreadable'
  /** The value stands for other places too, by an anchor, alias or merge key. */
  | 'anchored'
  /** The value is written in a form that cannot be changed by its bytes alone, e.g. a folded scalar. */
  | 'unsupported-form'
  /** The wanted tag, digest or repository is none. */
  | 'invalid-reference'
  /** The edited text did not read back as meant; nothing is proposed. */
  | 'edit-check-failed'
  /** The environment runs the wanted image already. */
  | 'unchanged';

/** Why no edit is proposed now. */
export interface ImageHold {
  readonly reason: ImageHoldReason;
  /** One sentence. */
  readonly message: string;
  /** What the user can do about it. */
  readonly next?: string;
  readonly places: readonly ImagePlace[];
  /** What is wrong with the files, where that is the reason. */
  readonly problems: readonly Problem[];
  /** With `image-not-found`: the images there are, without duplicates, at most 20. */
  readonly images: readonly string[];
}

interface ImageEditNotes {
  /** Other writers of the same lines, and what was not looked at. */
  readonly warnings: readonly Problem[];
  readonly notLookedAt: readonly NotLookedAt[];
}

export type ImageEdit =
  | (ImageEditNotes & {
      readonly kind: 'edit';
      readonly edits: readonly FileEdit[];
      /** What the places run now; all the same. */
      readonly before: ImageReference;
      readonly after: ImageReference;
      /** Every container that will run the new image. */
      readonly places: readonly ImagePlace[];
    })
  | (ImageEditNotes & { readonly kind: 'held'; readonly hold: ImageHold });

/** What the editor of one style gives: the edits, or why there are none. */
export type EditResult =
  | { readonly kind: 'edits'; readonly edits: readonly FileEdit[] }
  | { readonly kind: 'held'; readonly hold: ImageHold };
