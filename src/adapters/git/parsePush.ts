/** Outcome of a push of one ref. */
export type PushOutcome =
  | { readonly kind: 'done' }
  /** The ref was not where the lease said. */
  | { readonly kind: 'moved'; readonly reason: string }
  | { readonly kind: 'rejected'; readonly reason: string }
  /** Git never came to the ref: a hook refused, or the remote was not reached. */
  | { readonly kind: 'unsaid' };

/**
 * Words of a rejection that mean "someone was faster": the lease is stale, or the remote's own
 * compare-and-swap failed after the lease was checked.
 */
const movedWords =
  /stale info|fetch first|non-fast-forward|needs force|incorrect old value|reference already exists|is at .* but expected|remote ref updated since checkout/;

/** A reason that says nothing; the remote's own words, on the standard error, then do. */
const vagueReason = 'failed to update ref';

/**
 * What `git push --porcelain` says: lines of `flag<TAB>from:to<TAB>summary (reason)`.
 * @param errors what it wrote to its standard error
 */
export function parsePush(output: string, ref: string, errors = ''): PushOutcome {
  for (const line of output.split('\n')) {
    const [flag, names, summary = ''] = line.split('\t');
    if (!names?.endsWith(`:${ref}`)) continue;
    if (flag !== '!') return { kind: 'done' };
    const reason = /\((.*)\)\s*$/.exec(summary)?.[1] ?? summary;
    const words = reason === vagueReason ? errors : reason;
    return { kind: movedWords.test(words) ? 'moved' : 'rejected', reason };
  }
  return { kind: 'unsaid' };
}
