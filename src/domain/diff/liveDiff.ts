import type { SourcePosition } from '../errors/problem.ts';
import type { ObjectName } from '../localAgent/objectName.ts';
import type { Renderer } from '../rendering/rendering.ts';
import type { ObjectDiff } from './objectDiff.ts';

/** How one object of the manifests compares with the cluster. */
export type LiveObject =
  | { readonly state: 'same'; readonly name: ObjectName }
  | {
      /** Applying the manifests would change it. */
      readonly state: 'differs';
      readonly diff: ObjectDiff;
      /** Who would apply it. */
      readonly manager: string;
      /** What the server could not say, and why: a namespace or a kind that is not there yet. */
      readonly note?: string;
    }
  | {
      /** It is not there or not as the manifests say, and the server would not let it be changed to that. */
      readonly state: 'refused';
      /** What the manifests say and the cluster has otherwise, without what the server would add. */
      readonly diff: ObjectDiff;
      readonly manager: string;
      readonly why: string;
    }
  | {
      readonly state: 'unknown';
      readonly name: ObjectName;
      readonly why: string;
      readonly at?: SourcePosition;
    };

/** Objects that an agent put there and the manifests no longer name. */
export type Leftovers =
  | {
      /** Whose books tell: `Argo CD`, `Flux`, `Towline’s agent`. */
      readonly by: string;
      readonly objects: readonly LeftoverObject[];
    }
  | { readonly unchecked: string };

export interface LeftoverObject {
  readonly name: ObjectName;
  /** The annotation that keeps it from being pruned. */
  readonly keptBy?: string;
}

/** The manifests of an environment against its cluster. */
export interface LiveDiff {
  readonly environment: string;
  /** Context of the kubeconfig. */
  readonly context: string;
  readonly server: string;
  /** Namespace of objects that name none. */
  readonly namespace: string;
  /** Branch the manifests are taken from; `HEAD` for the checkout's commit. */
  readonly revision: string;
  readonly commit: string;
  readonly renderer: Renderer;
  /** By namespace, kind and name. */
  readonly objects: readonly LiveObject[];
  readonly leftovers: Leftovers;
  /** What was passed over, and what the comparison cannot see. */
  readonly notes: readonly string[];
}

export function nameOfLive(object: LiveObject): ObjectName {
  return 'diff' in object ? object.diff.name : object.name;
}

/** Everything is as the manifests say; something is not; or something could not be told, and so not the whole either. */
export type LiveAnswer = 'same' | 'differs' | 'unknown';

export function answerOf({ objects, leftovers }: Pick<LiveDiff, 'objects' | 'leftovers'>): LiveAnswer {
  if (objects.some(({ state }) => state === 'unknown')) return 'unknown';
  const isLeft = 'objects' in leftovers && leftovers.objects.some(({ keptBy }) => keptBy === undefined);
  return isLeft || objects.some(({ state }) => state !== 'same') ? 'differs' : 'same';
}
