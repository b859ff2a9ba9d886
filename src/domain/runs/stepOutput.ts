import type { RepoPath } from '../workspace/service.ts';

/** What a runner's report says, in counts. */
export interface TestCounts {
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface TestOutput {
  readonly step: 'test';
  /** Undefined when the service declares `tests: none`. */
  readonly command: readonly string[] | undefined;
  /** Undefined when the runner's report could not be read; the exit code gated alone. */
  readonly counts: TestCounts | undefined;
}

export interface BuildOutput {
  readonly step: 'build';
  /** `sha256:…` on the engine. */
  readonly imageId: string;
  readonly tag: string;
  /** Commit the image's labels name: the newest that touched the service's inputs. Undefined before the first commit. */
  readonly commit: string | undefined;
  readonly dirty: boolean;
}

export interface PushOutput {
  readonly step: 'push';
  /** With the registry, without tag, e.g. `localhost:5001/shop/api`. */
  readonly repository: string;
  readonly tag: string;
  /** `sha256:…`, confirmed by the registry. */
  readonly digest: string;
  readonly commit: string | undefined;
  readonly dirty: boolean;
}

export interface ProposeOutput {
  readonly step: 'propose';
  readonly environment: string;
  /**
   * `created` or `updated` the branch; `same`: the branch holds this already; `delivered`: the environment's own
   * branch holds this already, so there is nothing to propose; `not-run`: other services are built on this one
   * and the environment does not run it itself.
   */
  readonly change: 'created' | 'updated' | 'same' | 'delivered' | 'not-run';
  readonly branch: string;
  /** Branch the proposal is made against. */
  readonly base: string;
  readonly baseCommit: string;
  /** Equal to `baseCommit` where nothing is proposed. */
  readonly commit: string;
  /** Undefined when the repository has no remote: the branch is local. */
  readonly remote: { readonly name: string; readonly url: string } | undefined;
  readonly files: readonly RepoPath[];
  /** Unified diff of the manifests against the base, changed lines only: what stands around them may be secret. */
  readonly diff: string;
  /** Where the host compares the two branches, when its address scheme is known. */
  readonly compareUrl: string | undefined;
  /** Things the reviewer should know, e.g. other writers of the same line. */
  readonly warnings: readonly string[];
}

export type StepOutput = TestOutput | BuildOutput | PushOutput | ProposeOutput;
