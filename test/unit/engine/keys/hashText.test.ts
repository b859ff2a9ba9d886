import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { keyedHash } from '../../../../src/engine/keys/contentKey.ts';
import { hashText } from '../../../../src/engine/keys/hashText.ts';

describe('hashes of texts', () => {
  const texts = [
    '',
    'a',
    'größer 🚢',
    '\0',
    'x'.repeat(55),
    'x'.repeat(56),
    'x'.repeat(64),
    'ü'.repeat(3000),
  ];
  for (const length of [4095, 4096, 4097, 100_000]) texts.push('line\n'.repeat(length).slice(0, length));

  for (const text of texts)
    it(`are SHA-256 for ${text.length} characters that begin with ${JSON.stringify(text.slice(0, 8))}`, () => {
      assert.equal(hashText(text), createHash('sha256').update(text).digest('hex'));
    });

  it('with a secret are HMAC-SHA-256, also where the secret is longer than a block', () => {
    for (const secret of ['', 'short', 'f'.repeat(64), 'f'.repeat(65), 'ö'.repeat(200)])
      for (const text of texts)
        assert.equal(keyedHash(text, secret), createHmac('sha256', secret).update(text).digest('hex'));
  });
});
