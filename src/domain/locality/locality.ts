import type { LocalityProof } from './localityProof.ts';

/** Whether a cluster may be written to; `because` and `why` are one sentence each, for people. */
export type Locality =
  | { readonly local: true; readonly proof: LocalityProof; readonly because: string }
  | { readonly local: false; readonly why: string; readonly next: string };
