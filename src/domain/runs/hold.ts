/** Why a step does not start now, and the ways on. A hold is an outcome, not an error. */
export interface Hold {
  readonly code:
    | 'tests-unknown'
    | 'dockerfile-missing'
    | 'environment-missing'
    | 'style-unsupported'
    | 'commit-missing'
    | 'dirty'
    | 'image-not-in-manifests'
    | 'image-ambiguous'
    | 'image-elsewhere'
    | 'manifest-unsafe'
    | 'declined'
    | 'upstream';
  /** One sentence. */
  readonly why: string;
  /** What the user can do, one sentence each. */
  readonly ways: readonly string[];
}
