import assert from 'node:assert/strict';
import { createTailText } from '../../../../src/vscode/documents/tailText.ts';

const textOf = (text: ReturnType<typeof createTailText>): string => Buffer.from(text.bytes()).toString();

describe('the last part of a log', () => {
  it('is all of it while there is room, and says how long it is', () => {
    const text = createTailText(100);
    text.append('one\n');
    text.append('two\n');
    assert.equal(textOf(text), 'one\ntwo\n');
    assert.equal(text.size, 8);
  });

  it('lets the oldest lines go, and says so', () => {
    const text = createTailText(2_000);
    for (let at = 0; at < 50; at += 1) text.append(`${String(at).padStart(99, '.')}\n`);
    const [first, second] = textOf(text).split('\n');
    assert.equal(first, '… 3 kB of earlier lines are not kept');
    assert.equal(second, '30'.padStart(99, '.'));
    assert.equal(text.size, text.bytes().length);
  });

  it('keeps the newest lines however long they are', () => {
    const text = createTailText(10);
    text.append('a long line at first\n');
    text.append('a long line at last\n');
    assert.match(textOf(text), /^… .*\na long line at last\n$/);
  });

  it('reads the same when it was read before', () => {
    const text = createTailText(200_000);
    for (let at = 0; at < 3_000; at += 1) {
      text.append(`${String(at).padStart(99, '.')}\n`);
      if (at % 500 === 0) text.bytes();
    }
    assert.match(textOf(text), /\.2999\n$/);
    assert.equal(text.size, text.bytes().length);
    assert.ok(text.size <= 200_000 + 64 * 1024 + 100);
  });

  it('shows what could move the cursor as text', () => {
    const text = createTailText(100);
    text.append('a\u001b[2Jb\n');
    assert.equal(textOf(text), 'a\\u{1b}[2Jb\n');
  });
});
