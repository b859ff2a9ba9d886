import { diffLines, type LineChange } from './diffLines.ts';

/**
 * The hunks of a unified diff between two texts, without file names; empty for equal ones.
 *
 * @param context lines shown around each change
 */
export function unifiedDiff(before: string, after: string, context = 3): string {
  const changes = diffLines(linesOf(before), linesOf(after));
  const shown = changes.map(() => false);
  changes.forEach(({ kind }, index) => {
    if (kind === 'kept') return;
    const end = Math.min(changes.length, index + context + 1);
    shown.fill(true, Math.max(0, index - context), end);
  });
  let beforeLine = 1;
  let afterLine = 1;
  let hunk: LineChange[] = [];
  const hunks: string[] = [];
  const close = (): void => {
    if (hunk.length > 0) hunks.push(formatHunk(hunk, beforeLine, afterLine));
    hunk = [];
  };
  changes.forEach((change, index) => {
    if (shown[index]) hunk.push(change);
    else {
      close();
      beforeLine += 1;
      afterLine += 1;
    }
    if (!shown[index + 1] && hunk.length > 0) {
      const { removed, added } = countLines(hunk);
      close();
      beforeLine += removed;
      afterLine += added;
    }
  });
  return hunks.join('');
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

/** Lines of each side that a hunk covers. */
function countLines(hunk: readonly LineChange[]): { readonly removed: number; readonly added: number } {
  return {
    removed: hunk.filter(({ kind }) => kind !== 'added').length,
    added: hunk.filter(({ kind }) => kind !== 'removed').length,
  };
}

const signs: Readonly<Record<LineChange['kind'], string>> = { kept: ' ', removed: '-', added: '+' };

function formatHunk(hunk: readonly LineChange[], beforeLine: number, afterLine: number): string {
  const { removed, added } = countLines(hunk);
  // As `diff -u` counts: a side without lines is said to stand after the line before.
  const range = (start: number, count: number): string => `${count === 0 ? start - 1 : start},${count}`;
  const lines = hunk.map(({ kind, line }) => `${signs[kind]}${line}\n`);
  return `@@ -${range(beforeLine, removed)} +${range(afterLine, added)} @@\n${lines.join('')}`;
}
