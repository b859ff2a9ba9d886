/** One step from one list of lines to another. */
export interface LineChange {
  readonly kind: 'kept' | 'removed' | 'added';
  readonly line: string;
}

/** Edits above which two texts are taken to have nothing in common: the search takes memory with their square. */
const mostEdits = 2_000;

/** A shortest way from one list of lines to another (Myers, "An O(ND) difference algorithm", 1986). */
export function diffLines(before: readonly string[], after: readonly string[]): readonly LineChange[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end += 1;
  return [
    ...asChanges('kept', before.slice(0, start)),
    ...diffMiddle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...asChanges('kept', end === 0 ? [] : before.slice(-end)),
  ];
}

function asChanges(kind: LineChange['kind'], lines: readonly string[]): readonly LineChange[] {
  return lines.map((line) => ({ kind, line }));
}

function diffMiddle(before: readonly string[], after: readonly string[]): readonly LineChange[] {
  const trace = before.length > 0 && after.length > 0 ? searchPath(before, after) : undefined;
  return trace
    ? walkBack(before, after, trace)
    : [...asChanges('removed', before), ...asChanges('added', after)];
}

/**
 * Furthest line of `before` on each diagonal (`at - afterAt`, offset by the number of edits), for 0, 1, 2 … edits up to
 * the number that suffices.
 */
function searchPath(
  before: readonly string[],
  after: readonly string[],
): readonly Int32Array<ArrayBuffer>[] | undefined {
  const trace: Int32Array<ArrayBuffer>[] = [];
  const most = Math.min(before.length + after.length, mostEdits);
  let last = new Int32Array([0]);
  for (let edits = 0; edits <= most; edits += 1) {
    const furthest = new Int32Array(2 * edits + 1);
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let at = edits === 0 ? 0 : nextOn(last, edits, diagonal);
      while (at < before.length && at - diagonal < after.length && before[at] === after[at - diagonal])
        at += 1;
      furthest[diagonal + edits] = at;
      if (at >= before.length && at - diagonal >= after.length) return [...trace, furthest];
    }
    trace.push(furthest);
    last = furthest;
  }
  return undefined;
}

/** Where one more edit gets to on a diagonal: an added line from the diagonal above, or a removed one from that below. */
function nextOn(last: Int32Array, edits: number, diagonal: number): number {
  const added = diagonal === edits ? -1 : (last[diagonal + edits] ?? -1);
  const removed = diagonal === -edits ? -1 : (last[diagonal + edits - 2] ?? -1);
  return isAdded(added, removed) ? added : removed + 1;
}

function isAdded(added: number, removed: number): boolean {
  return added > removed;
}

function walkBack(
  before: readonly string[],
  after: readonly string[],
  trace: readonly Int32Array[],
): readonly LineChange[] {
  const backwards: LineChange[] = [];
  let at = before.length;
  let afterAt = after.length;
  const keep = (): void => {
    at -= 1;
    afterAt -= 1;
    backwards.push({ kind: 'kept', line: before[at] ?? '' });
  };
  for (let edits = trace.length - 1; edits > 0; edits -= 1) {
    const last = trace[edits - 1] ?? new Int32Array();
    const diagonal = at - afterAt;
    const added = diagonal === edits ? -1 : (last[diagonal + edits] ?? -1);
    const removed = diagonal === -edits ? -1 : (last[diagonal + edits - 2] ?? -1);
    const from = isAdded(added, removed) ? added : removed + 1;
    while (at > from) keep();
    if (isAdded(added, removed)) {
      afterAt -= 1;
      backwards.push({ kind: 'added', line: after[afterAt] ?? '' });
    } else {
      at -= 1;
      backwards.push({ kind: 'removed', line: before[at] ?? '' });
    }
  }
  while (at > 0) keep();
  return backwards.reverse();
}
