import assert from 'node:assert/strict';
import { unifiedDiff } from '../../../../src/base/unifiedDiff.ts';
import { splitHunks } from '../../../../src/vscode/documents/splitHunks.ts';

const lines = (...texts: readonly string[]): string => texts.map((text) => `${text}\n`).join('');

describe('splitHunks', () => {
  it('gives both sides of a change with what is around it', () =>
    assert.deepEqual(splitHunks(unifiedDiff(lines('a', 'b', 'c'), lines('a', 'x', 'c'))), {
      before: lines('a', 'b', 'c'),
      after: lines('a', 'x', 'c'),
    }));

  it('says on both sides that something was left out', () => {
    const middle = Array.from({ length: 20 }, (_, at) => `m${at}`);
    const { before, after } = splitHunks(unifiedDiff(lines('a', ...middle, 'z'), lines('b', ...middle, 'y')));
    assert.equal(before, lines('a', 'm0', 'm1', 'm2', '# …', 'm17', 'm18', 'm19', 'z'));
    assert.equal(after, lines('b', 'm0', 'm1', 'm2', '# …', 'm17', 'm18', 'm19', 'y'));
  });

  it('leaves the side empty where there is nothing', () =>
    assert.deepEqual(splitHunks(unifiedDiff('', lines('a'))), { before: '', after: 'a\n' }));
});
