export interface SplitReference {
  /** Registry and repository. */
  readonly name: string;
  /** Tag or digest. */
  readonly tag: string;
}

/** Splits `registry:5000/repository:tag` or `...@sha256:...` the way the engine's API wants it. */
export function splitReference(reference: string): SplitReference {
  const at = reference.indexOf('@');
  if (at >= 0) return { name: reference.slice(0, at), tag: reference.slice(at + 1) };
  const colon = reference.indexOf(':', reference.lastIndexOf('/') + 1);
  return colon < 0
    ? { name: reference, tag: 'latest' }
    : { name: reference.slice(0, colon), tag: reference.slice(colon + 1) };
}
