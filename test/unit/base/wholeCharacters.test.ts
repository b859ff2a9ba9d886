import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { wholeCharacters } from '../../../src/base/wholeCharacters.ts';

describe('wholeCharacters', () => {
  it('leaves out the start of a character, wherever its bytes were cut', () => {
    const text = 'aé€😀z';
    const bytes = Buffer.from(text);
    let decoded = '';
    let offset = 0;
    for (let end = 0; end <= bytes.length; end += 1) {
      const whole = wholeCharacters(bytes.subarray(offset, end));
      decoded += new TextDecoder('utf-8', { fatal: true }).decode(whole);
      offset += whole.length;
    }
    assert.equal(decoded, text);
  });

  it('keeps bytes that will never be a character', () => {
    for (const bytes of [[0x80, 0x80, 0x80, 0x80], [0x61, 0x80], [0x61], []])
      assert.deepEqual([...wholeCharacters(Uint8Array.from(bytes))], bytes);
  });
});
