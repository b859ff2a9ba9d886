import type { SourcePosition } from '../errors/problem.ts';
import type { Needed, Probe } from '../workloads/workload.ts';

/** Why a rollout is not (yet) healthy. */
export type VerdictReason =
  | 'image-missing'
  | 'image-unreachable'
  | 'image-denied'
  | 'crashed'
  | 'out-of-memory'
  | 'probe-failing'
  | 'unschedulable'
  | 'object-missing'
  | 'quota-exceeded'
  | 'admission-refused'
  | 'init-stuck'
  | 'container-refused'
  | 'deadline-exceeded'
  | 'evicted'
  | 'node-lost'
  | 'job-failed'
  | 'paused'
  | 'suspended'
  | 'waiting';

/** The part of a workload's own manifest that a verdict is about. */
export type VerdictSubject =
  /** Of the container that the verdict names. */
  | { readonly kind: 'container' | 'image' | 'command' }
  | { readonly kind: 'probe'; readonly probe: Probe['kind'] }
  /** Of that container, else of whichever asks for it: `cpu`, `memory`, `nvidia.com/gpu`. */
  | { readonly kind: 'resource'; readonly side: 'requests' | 'limits'; readonly resource: string }
  /** Something that its pods refer to by name, or a key in it. */
  | {
      readonly kind: 'reference';
      readonly to: Needed['kind'];
      readonly name: string;
      readonly key?: string;
    }
  | { readonly kind: 'volume'; readonly name: string }
  /** What chooses nodes by their labels. */
  | { readonly kind: 'placement' }
  /** A field of the workload's spec, e.g. `replicas`. */
  | { readonly kind: 'setting'; readonly name: string };

/**
 * How a rollout stands. `failed` will not mend itself; `stuck` may recover without a change of the manifests, but
 * does not move now; `progressing` moves. Time alone never makes any of them `healthy`.
 */
export interface Verdict {
  readonly state: 'healthy' | 'progressing' | 'stuck' | 'failed';
  readonly reason?: VerdictReason;
  /** One sentence, e.g. "api cannot start: image localhost:5001/shop/api:1 was not found in its registry". */
  readonly sentence: string;
  /** What to do, one sentence; absent when healthy. */
  readonly action?: string;
  /** Where the facts are: the pod and container that show it best. */
  readonly pod?: string;
  readonly container?: string;
  /** What in its manifest that leads to; absent where nothing there can be named. */
  readonly subject?: VerdictSubject;
  /** Last output lines of a container that crashed, as far as they were read; secrets are not masked in them. */
  readonly lastLines?: readonly string[];
  /** The manifest line of its subject, else of the workload, as far as the manifests are known for certain. */
  readonly at?: SourcePosition;
}
