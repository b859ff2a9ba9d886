import type { SourcePosition } from '../errors/problem.ts';

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
  /** Last output lines of a container that crashed, as far as they were read; secrets are not masked in them. */
  readonly lastLines?: readonly string[];
  /** The manifest line it is about, where the manifests are known. */
  readonly at?: SourcePosition;
}
