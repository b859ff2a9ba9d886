import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { changedInputs, keyText } from '../../../../src/domain/keys/keyInputs.ts';

describe('changedInputs', () => {
  it('names what was added, changed and removed, sorted', () => {
    const before = { same: '1', gone: '1', other: '1' };
    const after = { new: '1', other: '2', same: '1' };
    assert.deepEqual(changedInputs(before, after), [
      { input: 'gone', change: 'removed' },
      { input: 'new', change: 'added' },
      { input: 'other', change: 'changed' },
    ]);
  });

  it('sees the difference between an empty value and none', () => {
    assert.deepEqual(changedInputs({}, { a: '' }), [{ input: 'a', change: 'added' }]);
    assert.deepEqual(changedInputs({ a: '' }, {}), [{ input: 'a', change: 'removed' }]);
  });

  it('finds nothing in equal inputs', () => assert.deepEqual(changedInputs({ a: '1' }, { a: '1' }), []));
});

describe('keyText', () => {
  it('does not depend on the order of collection', () => {
    assert.equal(keyText({ b: '2', a: '1', '10': '3' }), keyText({ '10': '3', a: '1', b: '2' }));
  });

  it('differs for names and values that only look alike when joined', () => {
    const texts = [
      { a: '1', b: '2' },
      { a: '1b2' },
      { a: '1","b","2' },
      { a: '1"],["b","2' },
      { 'a\n1': 'b' },
      { a: '2', b: '1' },
      {},
    ].map(keyText);
    assert.equal(new Set(texts).size, texts.length);
  });
});
