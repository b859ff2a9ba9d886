import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { filesBelow } from '../../../../src/domain/workspace/filesBelow.ts';

describe('filesBelow', () => {
  const names = [
    'a',
    'a-b',
    'a.b',
    'a/b',
    'a/b/c',
    'a/ ',
    'a/~',
    'a0',
    'a0/b',
    'aa/b',
    'A/b',
    'ä/b',
    'a/ä',
    'a/😀',
    'z',
  ];
  const sorted = names.toSorted();

  it('finds what a look at every path finds', () => {
    for (const folder of ['a', 'a/b', 'a0', 'A', 'ä', 'nothing', 'z']) {
      const expected = sorted.filter((path) => path.startsWith(`${folder}/`));
      assert.deepEqual(filesBelow(sorted, folder), expected, folder);
    }
  });

  it('takes the root for everything', () => assert.deepEqual(filesBelow(sorted, ''), sorted));
  it('finds nothing in nothing', () => assert.deepEqual(filesBelow([], 'a'), []));
});
