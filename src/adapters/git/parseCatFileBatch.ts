export interface BatchObject {
  readonly id: string;
  /** `blob`, `tree`, `commit`, `tag` */
  readonly type: string;
  readonly content: Uint8Array;
}

/**
 * What `git cat-file --batch` says, one answer per asked name, in their order; undefined for what is missing.
 * Throws RangeError when the output ends early.
 */
export function parseCatFileBatch(output: Buffer): readonly (BatchObject | undefined)[] {
  const objects: (BatchObject | undefined)[] = [];
  let at = 0;
  while (at < output.length) {
    const lineEnd = output.indexOf(0x0a, at);
    if (lineEnd < 0) throw new RangeError('a header of git cat-file is cut off');
    const header = output.toString('utf8', at, lineEnd);
    at = lineEnd + 1;
    const fields = /^([0-9a-f]+) (blob|tree|commit|tag) (\d+)$/.exec(header);
    if (!fields) {
      objects.push(undefined);
      continue;
    }
    const [, id = '', type = '', size = ''] = fields;
    const end = at + Number(size);
    if (end >= output.length) throw new RangeError('an object of git cat-file is cut off');
    objects.push({ id, type, content: output.subarray(at, end) });
    at = end + 1;
  }
  return objects;
}
