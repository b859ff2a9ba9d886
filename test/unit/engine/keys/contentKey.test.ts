import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { keyText, splitInputs } from '../../../../src/domain/keys/keyInputs.ts';
import { contentKey, filesDigest, keyOver } from '../../../../src/engine/keys/contentKey.ts';
import { hashText } from '../../../../src/engine/keys/hashText.ts';

describe('contentKey', () => {
  const files = { 'file api/a.js': '644 1', 'folder api': '755' };
  const others = { command: '["npm","test"]', 'filed under': 'x' };

  it('is the same from a digest over the files as from the files', () => {
    assert.equal(keyOver(others, filesDigest(files)), contentKey({ ...others, ...files }));
    assert.equal(keyOver(others, filesDigest({})), contentKey(others));
    assert.deepEqual(splitInputs({ ...files, ...others }), { files, others });
  });

  it('has the digest of no files, which is not computed, like any other', () => {
    assert.equal(filesDigest({}), hashText(keyText({})));
  });

  it('differs with each input, of the working tree or not', () => {
    const keys = [
      { ...others, ...files },
      { ...others, ...files, command: 'x' },
      { ...others, ...files, 'folder api': '700' },
      { ...others, 'file api/a.js': '644 1' },
      { ...files, command: others.command },
      { ...others, 'working tree files': filesDigest(files) },
    ].map(contentKey);
    assert.equal(new Set(keys).size, keys.length);
  });
});
