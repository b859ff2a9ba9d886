import assert from 'node:assert/strict';
import { failureText } from '../../../../src/vscode/host/failureText.ts';

describe('failureText', () => {
  it('ends the reason before it says what to do, however the reason ends', () => {
    const text = (why: string) => failureText({ what: 'Git failed', why, next: 'Look.' });
    assert.equal(text('no such ref'), 'Git failed: no such ref. Look.');
    assert.equal(text('It has no ref.\n'), 'Git failed: It has no ref. Look.');
  });
});
