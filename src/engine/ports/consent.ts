import type { RepoPath } from '../../domain/workspace/service.ts';

/** A change of manifests that waits to be looked at. */
export interface ProposedChange {
  /** Git common folder of the repository the run is in. */
  readonly repository: string;
  readonly run: number;
  /** Services whose images it changes. */
  readonly services: readonly string[];
  readonly environment: string;
  readonly branch: string;
  /** Branch it is made against. */
  readonly base: string;
  /** Undefined when the repository has no remote: the branch is local. */
  readonly remote: string | undefined;
  /** Whole texts of the files it changes. */
  readonly files: readonly { readonly path: RepoPath; readonly before: string; readonly after: string }[];
}

/** What a host asks its user. A host without a user answers by its own stated rule; the engine never assumes. */
export interface Consent {
  /**
   * Before branches are pushed to a remote for the first time for this environment. `declined` holds the
   * proposals; the images stay pushed.
   */
  allowBranches(
    question: {
      readonly environment: string;
      readonly remote: string;
      readonly branches: readonly string[];
      readonly base: string;
    },
    signal: AbortSignal,
  ): Promise<'allowed' | 'declined'>;
  /**
   * Before a proposal is committed: the user looks at it first, without a time limit. `declined` holds it. A host
   * that leaves this out has nobody who looks. Never asked where the branch says the same already.
   */
  approve?(change: ProposedChange, signal: AbortSignal): Promise<'approved' | 'declined'>;
}
