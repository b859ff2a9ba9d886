import { LineCounter } from 'yaml';
import type { RepoPath } from '../workspace/service.ts';
import { positionAt } from '../yaml/yamlDocument.ts';
import { hold } from './holdImage.ts';
import type { FileChange, FileEdit, ImageHold } from './imageEdit.ts';
import type { ManifestTree } from './manifestTree.ts';
import { applySplices, differsOnlyBy, type MeantValue, type Splice } from './splice.ts';
import { verifyEdit } from './verifyEdit.ts';

/**
 * Applies splices to a file and reads the result back. Anything but exactly the meant values differing is
 * a hold: that is the net under every edit.
 */
export function makeFileEdit(
  tree: Pick<ManifestTree, 'readings'>,
  path: RepoPath,
  before: string,
  splices: readonly Splice[],
  meant: readonly MeantValue[],
): { readonly kind: 'edit'; readonly edit: FileEdit } | { readonly kind: 'held'; readonly hold: ImageHold } {
  const after = applySplices(before, splices);
  const differences = verifyEdit(tree, before, after, path, meant);
  const [difference] = differences;
  if (difference !== undefined || !differsOnlyBy(before, after, splices)) {
    const message = `The edited file does not read back as meant: ${difference ?? 'other text differs'}.`;
    return { kind: 'held', hold: hold('edit-check-failed', message) };
  }
  const changes = splices
    .filter(({ offset, length, text }) => before.slice(offset, offset + length) !== text)
    .toSorted((a, b) => a.offset - b.offset);
  return { kind: 'edit', edit: { path, before, after, changes: describeChanges(path, before, changes) } };
}

function describeChanges(file: RepoPath, before: string, splices: readonly Splice[]): readonly FileChange[] {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  const source = { file, lines, hasByteOrderMark: before.startsWith('\uFEFF') };
  return splices.map(({ offset, length, text, isLines }) => {
    const position = positionAt(source, offset);
    if (!isLines)
      return { kind: 'replaced', position, from: before.slice(offset, offset + length), to: text };
    // Behind a last line without an ending, the inserted lines begin on the next one.
    const isBehindText = /^\r?\n/.test(text);
    const start = isBehindText ? { file, line: position.line + 1, column: 1 } : position;
    return { kind: 'inserted', position: start, lines: text.replace(/^\r?\n|\r?\n$/g, '').split(/\r?\n/) };
  });
}
