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
}
