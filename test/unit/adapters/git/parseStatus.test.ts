import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parseStatus } from '../../../../src/adapters/git/parseStatus.ts';

const id = 'a'.repeat(40);
const zero = '0'.repeat(40);

function status(...entries: readonly string[]) {
  return parseStatus(entries.map((entry) => `${entry}\0`).join(''));
}

describe('parseStatus', () => {
  it('reads the head and the branch', () => {
    const { head, branch } = status(`# branch.oid ${id}`, '# branch.head feature/a-b');
    assert.deepEqual({ head, branch }, { head: id, branch: 'feature/a-b' });
  });

  it('reads an unborn branch as one without a head', () => {
    const { head, branch } = status('# branch.oid (initial)', '# branch.head main');
    assert.deepEqual({ head, branch }, { head: undefined, branch: 'main' });
  });

  it('reads a detached head as one without a branch', () => {
    const { head, branch } = status(`# branch.oid ${id}`, '# branch.head (detached)');
    assert.deepEqual({ head, branch }, { head: id, branch: undefined });
  });

  it('keeps spaces, quotes and line breaks in paths', () => {
    const { changed } = status(`1 .M N... 100644 100644 100644 ${id} ${id} a "b"\n c`);
    assert.deepEqual(changed, ['a "b"\n c']);
  });

  it('tells files that are gone from the working tree', () => {
    const { changed, deleted } = status(
      `1 .D N... 100644 100644 000000 ${id} ${id} gone`,
      `1 D. N... 100644 000000 000000 ${id} ${zero} removed`,
      `1 .M N... 100644 100644 100644 ${id} ${id} here`,
    );
    assert.deepEqual(changed, ['gone', 'removed', 'here']);
    assert.deepEqual([...deleted], ['gone', 'removed']);
  });

  it('counts a conflict as a change', () => {
    const { changed } = status(`u UU N... 100644 100644 100644 100644 ${id} ${id} ${id} both sides`);
    assert.deepEqual(changed, ['both sides']);
  });

  it('tells untracked files from untracked repositories', () => {
    const { untracked, embedded } = status('? new file', '? vendor/thing/');
    assert.deepEqual({ untracked, embedded }, { untracked: ['new file'], embedded: ['vendor/thing'] });
  });
});
