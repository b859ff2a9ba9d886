import assert from 'node:assert/strict';
import { crc32 as reference } from 'node:zlib';
import { crc32 } from '../../../src/base/crc32.ts';

describe('crc32', () => {
  it('is what Node computes', () => {
    for (const text of ['', '123456789', '{"type":"run-finished"}', 'é€𝄞', '\ud800', 'x'.repeat(10_000)])
      assert.equal(crc32(text), reference(text));
  });
});
