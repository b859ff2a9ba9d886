export interface IndexListing {
  /** In the index's order, each path once. */
  readonly files: readonly string[];
  readonly submodules: readonly string[];
  /** Files with the skip-worktree bit: outside a sparse checkout, or hidden by the user. */
  readonly skipped: readonly string[];
  /** Files that the user told Git never to look at. */
  readonly assumed: readonly string[];
}

const submoduleMode = '160000';

/** What `git ls-files -v --stage -z` says: `tag mode id stage<TAB>path`, the tag in lower case where a file is assumed unchanged. */
export function parseIndexListing(output: string): IndexListing {
  const files: string[] = [];
  const submodules: string[] = [];
  const skipped: string[] = [];
  const assumed: string[] = [];
  let previous: string | undefined;
  for (const entry of output.split('\0')) {
    if (entry === '') continue;
    const path = entry.slice(entry.indexOf('\t') + 1);
    // A conflicted path has up to three stages, side by side.
    if (path === previous) continue;
    previous = path;
    if (entry.startsWith(submoduleMode, 2)) submodules.push(path);
    else if (/^[Ss]/.test(entry)) skipped.push(path);
    else files.push(path);
    if (/^[a-z]/.test(entry)) assumed.push(path);
  }
  return { files, submodules, skipped, assumed };
}
