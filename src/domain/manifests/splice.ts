import type { YamlPath } from '../yaml/positionOf.ts';

/** A replacement of `length` UTF-16 units from `offset` on; of none, it inserts. */
export interface Splice {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
  /** Whether whole lines are inserted. */
  readonly isLines: boolean;
}

/** A value that a document shall have after an edit, as a string. */
export interface MeantValue {
  /** Index of the document in its file. */
  readonly document: number;
  readonly path: YamlPath;
  readonly value: string;
}

/** Changes of one file, and what they mean. */
export type SpliceResult =
  | { readonly kind: 'splices'; readonly splices: readonly Splice[]; readonly meant: readonly MeantValue[] }
  | {
      readonly kind: 'refused';
      readonly reason: 'anchored' | 'unsupported-form';
      readonly offset: number;
      readonly message: string;
    };

export function refuse(
  reason: 'anchored' | 'unsupported-form',
  offset: number,
  message: string,
): Extract<SpliceResult, { kind: 'refused' }> {
  return { kind: 'refused', reason, offset, message };
}

/** The text after all splices; those at one offset apply in the order given. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  const parts: string[] = [];
  let offset = 0;
  for (const splice of splices.toSorted((a, b) => a.offset - b.offset)) {
    parts.push(text.slice(offset, splice.offset), splice.text);
    offset = splice.offset + splice.length;
  }
  return parts.join('') + text.slice(offset);
}

/** Whether two texts differ in nothing but these splices. */
export function differsOnlyBy(before: string, after: string, splices: readonly Splice[]): boolean {
  let left = 0;
  let right = 0;
  for (const { offset, length, text } of splices.toSorted((a, b) => a.offset - b.offset)) {
    if (offset < left) return false;
    const kept = before.slice(left, offset);
    if (!after.startsWith(kept + text, right)) return false;
    right += kept.length + text.length;
    left = offset + length;
  }
  return after.slice(right) === before.slice(left);
}
