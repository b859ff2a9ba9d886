import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { formatTree, objectIdOf, parseTree } from '../../../../src/adapters/git/treeObject.ts';

const entry = (mode: string, name: string, digit: string) => ({
  mode,
  name: Buffer.from(name),
  id: digit.repeat(40),
});

describe('treeObject', () => {
  it('sorts folders as if their names ended in a slash', () => {
    const names = parseTree(
      formatTree([entry('40000', 'a', '1'), entry('100644', 'a-b', '2'), entry('100644', 'a.b', '3')]),
      20,
    ).map(({ name }) => name.toString());
    assert.deepEqual(names, ['a-b', 'a.b', 'a']);
  });

  it('gives back what it was given, byte by byte', () => {
    const entries = [entry('100755', 'ä\n', '4'), entry('160000', 'z', '5')];
    assert.deepEqual(parseTree(formatTree([...entries].reverse()), 20), [entries[1], entries[0]]);
  });

  it("computes git's well-known ids", () => {
    assert.equal(objectIdOf('tree', Buffer.alloc(0), 20), '4b825dc642cb6eb9a060e54bf8d69288fbee4904');
    assert.equal(
      objectIdOf('blob', Buffer.alloc(0), 32),
      '473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813',
    );
  });
});
