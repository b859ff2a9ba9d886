import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  contains,
  joinPath,
  lastSegment,
  parentFolder,
  relativeTo,
} from '../../../../src/domain/workspace/repoPath.ts';

describe('paths in a repository', () => {
  it('have a parent, the root its own', () => {
    assert.deepEqual(['a/b/c', 'a', ''].map(parentFolder), ['a/b', '', '']);
    assert.deepEqual(['a/b/c', 'a', ''].map(lastSegment), ['c', 'a', '']);
  });

  it('lie in a folder by whole names', () => {
    assert.ok(contains('a', 'a/b') && contains('a', 'a') && contains('', 'a'));
    assert.ok(!contains('a', 'ab') && !contains('a/b', 'a'));
  });

  it('can be told from a folder', () => {
    assert.deepEqual([relativeTo('', 'a/b'), relativeTo('a', 'a/b'), relativeTo('a', 'a')], ['a/b', 'b', '']);
  });

  it('are joined, and never leave the repository', () => {
    const check = (folder: string, written: string, expected: string | undefined) =>
      assert.equal(joinPath(folder, written), expected, `${folder} + ${written}`);
    check('a/b', '../c', 'a/c');
    check('a', './b//c/', 'a/b/c');
    check('a', '..', '');
    check('', '.', '');
    check('a', '../..', undefined);
    check('a', '../../a', undefined);
    check('a', '/etc/passwd', undefined);
    check('a', 'C:\\Windows', undefined);
    check('a', 'c:/Windows', undefined);
  });
});
