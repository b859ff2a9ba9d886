import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isSameUpTo } from '../../../../src/vscode/documents/isSameUpTo.ts';

describe('isSameUpTo', () => {
  it('looks at the lines up to the one that is meant, and at that line', () => {
    assert.equal(isSameUpTo(2, 'a\nb\nc', 'a\nb\nother'), true);
    assert.equal(isSameUpTo(3, 'a\nb\nc', 'a\nb\nother'), false);
    assert.equal(isSameUpTo(2, 'a\nb', 'new\na\nb'), false);
  });

  it('passes over line ends and a byte order mark', () =>
    assert.equal(isSameUpTo(2, '\uFEFFa\r\nb\r\n', 'a\nb'), true));

  it('misses a line that is not there', () => {
    assert.equal(isSameUpTo(3, 'a\nb', 'a\nb'), false);
    assert.equal(isSameUpTo(2, 'a\nb', 'a'), false);
  });
});
