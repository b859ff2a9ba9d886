/** What `git status --porcelain=v2 --branch -z --no-renames` says. */
export interface Status {
  readonly head: string | undefined;
  readonly branch: string | undefined;
  /** Tracked paths that differ from HEAD, conflicted ones among them. */
  readonly changed: readonly string[];
  /** Those of `changed` that are not in the working tree. */
  readonly deleted: ReadonlySet<string>;
  readonly untracked: readonly string[];
  /** Untracked folders that are repositories of their own. */
  readonly embedded: readonly string[];
  /** Ignored files, and ignored folders with a `/` at the end; none unless asked for. */
  readonly ignored: readonly string[];
}

/** Fields before the path in a line of each kind, with `mW`, the mode in the working tree, at an index. */
const layouts: Readonly<Record<string, { readonly fields: number; readonly mode: number } | undefined>> = {
  '1': { fields: 8, mode: 5 },
  u: { fields: 10, mode: 6 },
};

export function parseStatus(output: string): Status {
  let head: string | undefined;
  let branch: string | undefined;
  const changed: string[] = [];
  const deleted = new Set<string>();
  const untracked: string[] = [];
  const embedded: string[] = [];
  const ignored: string[] = [];
  for (const entry of output.split('\0')) {
    const kind = entry.charAt(0);
    const layout = layouts[kind];
    if (layout) {
      const { before, rest } = splitFields(entry, layout.fields);
      changed.push(rest);
      if (before[layout.mode] === '000000') deleted.add(rest);
    } else if (kind === '?') {
      const path = entry.slice(2);
      if (path.endsWith('/')) embedded.push(path.slice(0, -1));
      else untracked.push(path);
    } else if (kind === '!') {
      ignored.push(entry.slice(2));
    } else if (entry.startsWith('# branch.oid ')) {
      const id = entry.slice('# branch.oid '.length);
      head = id === '(initial)' ? undefined : id;
    } else if (entry.startsWith('# branch.head ')) {
      const name = entry.slice('# branch.head '.length);
      branch = name === '(detached)' ? undefined : name;
    }
  }
  return { head, branch, changed, deleted, untracked, embedded, ignored };
}

function splitFields(
  entry: string,
  count: number,
): { readonly before: readonly string[]; readonly rest: string } {
  const before: string[] = [];
  let start = 0;
  for (let field = 0; field < count; field++) {
    const end = entry.indexOf(' ', start);
    before.push(entry.slice(start, end));
    start = end + 1;
  }
  return { before, rest: entry.slice(start) };
}
