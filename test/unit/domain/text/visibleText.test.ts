import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { visibleText } from '../../../../src/domain/text/visibleText.ts';

const check = (text: string, expected: string, colours?: boolean) =>
  assert.equal(visibleText(text, colours), expected);

describe('visibleText', () => {
  it('leaves ordinary text alone', () => {
    for (const text of ['', 'a\tb\nc', 'größe 大小 👩‍💻 é', '\\u{1b}']) check(text, text);
  });

  it('drops colours, or keeps them where they may stay', () => {
    check('\x1b[1;31mred\x1b[0m', 'red');
    check('\x1b[38:2::1:2:3mred\x1b[m', 'red');
    check('\x1b[1;31mred\x1b[0m', '\x1b[1;31mred\x1b[0m', true);
  });

  it('shows every other escape sequence, colours or not', () => {
    for (const colours of [false, true]) {
      check('\x1b[2Jgone', '\\u{1b}[2Jgone', colours);
      check('\x1b[1A\x1b[2K', '\\u{1b}[1A\\u{1b}[2K', colours);
      check('\x1b]0;title\x07', '\\u{1b}]0;title\\u{7}', colours);
      check('\x1b]8;;http://evil\x1b\\here', '\\u{1b}]8;;http://evil\\u{1b}\\here', colours);
      check('\x9b31mred', '\\u{9b}31mred', colours);
      check('end \x1b', 'end \\u{1b}', colours);
      check('half \x1b[3', 'half \\u{1b}[3', colours);
    }
  });

  it('drops a carriage return before a line end and shows any other', () => {
    check('a\r\nb\r\n', 'a\nb\n');
    check('passed\rfailed', 'passed\\u{d}failed');
    check('a\r', 'a\\u{d}');
    check('a\r\r\n', 'a\\u{d}\n');
  });

  it('shows what reorders or hides text', () => {
    check('user\u202enimda', 'user\\u{202e}nimda');
    check('a\u2066b\u2069', 'a\\u{2066}b\\u{2069}');
    check('ma\u200bin', 'ma\\u{200b}in');
    check('\ufeffmain', '\\u{feff}main');
    check('a\u2028b\u0085c', 'a\\u{2028}b\\u{85}c');
  });

  it('leaves nothing but tabs and line ends of the control characters', () => {
    const all = String.fromCharCode(...Array.from({ length: 0xa0 }, (_, code) => code));
    assert.deepEqual(visibleText(all).match(/[\x00-\x1f\x7f-\x9f]/g), ['\t', '\n']);
  });
});
