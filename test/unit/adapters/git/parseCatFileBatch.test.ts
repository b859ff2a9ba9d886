import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parseCatFileBatch } from '../../../../src/adapters/git/parseCatFileBatch.ts';

const id = 'b'.repeat(40);

describe('parseCatFileBatch', () => {
  it('reads contents that look like headers, and what is missing', () => {
    const output = Buffer.from(`${id} blob 8\nx\n${'y'.repeat(6)}\nmain:nope missing\n${id} tree 0\n\n`);
    const [blob, missing, tree] = parseCatFileBatch(output);
    assert.equal(Buffer.from(blob?.content ?? []).toString(), 'x\nyyyyyy');
    assert.equal(missing, undefined);
    assert.equal(tree?.type, 'tree');
  });

  it('refuses an output that ends early', () => {
    assert.throws(() => parseCatFileBatch(Buffer.from(`${id} blob 8\nshort`)), RangeError);
  });
});
