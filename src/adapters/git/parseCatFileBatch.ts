export interface BatchObject {
  readonly id: string;
  /** `blob`, `tree`, `commit`, `tag` */
  readonly type: string;
  readonly content: Uint8Array;
}

export type CatFileAnswer =
  | { readonly kind: 'answer'; readonly object: BatchObject | undefined; readonly end: number }
  /** `needed` is the length of output that it takes, or at least one more than there is. */
  | { readonly kind: 'cut'; readonly needed: number };

/** The answer that begins at an offset; its object is undefined for what is missing. */
export function readCatFileAnswer(output: Buffer, at: number): CatFileAnswer {
  const lineEnd = output.indexOf(0x0a, at);
  if (lineEnd < 0) return { kind: 'cut', needed: output.length + 1 };
  const header = output.toString('utf8', at, lineEnd);
  const start = lineEnd + 1;
  const fields = /^([0-9a-f]+) (blob|tree|commit|tag) (\d+)$/.exec(header);
  if (!fields) return { kind: 'answer', object: undefined, end: start };
  const [, id = '', type = '', size = ''] = fields;
  const end = start + Number(size);
  if (end >= output.length) return { kind: 'cut', needed: end + 1 };
  return { kind: 'answer', object: { id, type, content: output.subarray(start, end) }, end: end + 1 };
}

/**
 * What `git cat-file --batch` says, one answer per asked name, in their order; undefined for what is missing.
 * Throws RangeError when the output ends early.
 */
export function parseCatFileBatch(output: Buffer): readonly (BatchObject | undefined)[] {
  const objects: (BatchObject | undefined)[] = [];
  for (let at = 0; at < output.length; ) {
    const answer = readCatFileAnswer(output, at);
    if (answer.kind === 'cut') throw new RangeError('an answer of git cat-file is cut off');
    objects.push(answer.object);
    at = answer.end;
  }
  return objects;
}
