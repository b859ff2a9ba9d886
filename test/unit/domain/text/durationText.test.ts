import assert from 'node:assert/strict';
import { durationText } from '../../../../src/domain/text/durationText.ts';

describe('durationText', () => {
  const said: readonly (readonly [milliseconds: number, text: string])[] = [
    [-5, '0.00 s'],
    [42, '0.04 s'],
    [94, '0.09 s'],
    [96, '0.1 s'],
    [440, '0.4 s'],
    [9_949, '9.9 s'],
    [9_960, '10 s'],
    [59_400, '59 s'],
    [59_600, '1 min 0 s'],
    [119_700, '2 min 0 s'],
    [125_000, '2 min 5 s'],
    [3_599_700, '1 h 0 min'],
    [3_840_000, '1 h 4 min'],
  ];
  for (const [milliseconds, text] of said)
    it(`says ${text} for ${milliseconds} ms`, () => assert.equal(durationText(milliseconds), text));
});
