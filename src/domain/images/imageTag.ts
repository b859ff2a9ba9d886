/**
 * `<branch>-<sha7>-<unix time of the commit>`: sortable by time, as Flux's image policies want it. Docker allows
 * `[A-Za-z0-9_][A-Za-z0-9._-]{0,127}`. An image of uncommitted changes says so, with the start of its content
 * key, because one commit can have many such images.
 */
export function imageTag(source: {
  readonly branch: string | undefined;
  readonly commit: { readonly id: string; readonly time: number } | undefined;
  readonly dirty: boolean;
  /** Content key of the build, hex. */
  readonly key: string;
}): string {
  const { branch, commit, dirty, key } = source;
  const parts = commit ? [commit.id.slice(0, 7), String(commit.time)] : ['uncommitted'];
  if (dirty || !commit) parts.push(`dirty-${key.slice(0, 8)}`);
  const rest = parts.join('-');
  const name = clean(branch ?? 'detached').slice(0, 127 - rest.length);
  return `${name}-${rest}`;
}

function clean(branch: string): string {
  const cleaned = branch.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9_]+/, '');
  return cleaned === '' ? 'branch' : cleaned;
}
