import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { diffLines } from '../../../src/base/diffLines.ts';
import { unifiedDiff } from '../../../src/base/unifiedDiff.ts';
import { createRandom } from '../../support/seededRandom.ts';
import { useTemporaryFolder } from '../../support/temporaryFolder.ts';

describe('unifiedDiff', () => {
  const folder = useTemporaryFolder();

  it('shows changes with the lines around them', () => {
    const before = 'a\nb\nc\nd\ne\nf\ng\nh\n';
    assert.equal(
      unifiedDiff(before, before.replace('e', 'E').replace('f\n', '')),
      '@@ -2,7 +2,6 @@\n b\n c\n d\n-e\n-f\n+E\n g\n h\n',
    );
  });

  it('is empty for equal texts, and whole for one that is new or gone', () => {
    assert.equal(unifiedDiff('a\n', 'a\n'), '');
    assert.equal(unifiedDiff('', 'a\nb\n'), '@@ -0,0 +1,2 @@\n+a\n+b\n');
    assert.equal(unifiedDiff('a\n', ''), '@@ -1,1 +0,0 @@\n-a\n');
  });

  it('gives for any two texts a shortest way from one to the other, as diff -u does', () => {
    const random = createRandom(7);
    const text = () =>
      Array.from({ length: Math.floor(random() * 30) }, () => 'abcd'[Math.floor(random() * 4)]);
    for (let trial = 0; trial < 300; trial += 1) {
      const [before, after] = [text() as string[], text() as string[]];
      const changes = diffLines(before, after);
      const side = (without: string) =>
        changes.filter(({ kind }) => kind !== without).map(({ line }) => line);
      assert.deepEqual(side('added'), before);
      assert.deepEqual(side('removed'), after);
      const common = longestCommon(before, after);
      assert.equal(changes.filter(({ kind }) => kind === 'kept').length, common);
    }
  });

  it('counts lines so that patch takes it', () => {
    const random = createRandom(11);
    for (let trial = 0; trial < 10; trial += 1) {
      const before = Array.from({ length: 60 }, (_, line) => `${line}`);
      const after = before.flatMap((line) => {
        const chance = random();
        if (chance < 0.05) return [];
        return chance < 0.1 ? [line, `${line} more`] : [line];
      });
      const [one, other] = [before, after].map((lines) => `${lines.join('\n')}\n`) as [string, string];
      const file = join(folder(), 'file');
      writeFileSync(file, one);
      const patched = spawnSync('git', ['apply', '--unidiff-zero', '-'], {
        cwd: folder(),
        input: `--- a/file\n+++ b/file\n${unifiedDiff(one, other)}`,
        encoding: 'utf8',
      });
      assert.equal(patched.status, 0, patched.stderr);
    }
  });

  it('does not search for long where nothing is the same', () => {
    const lines = (what: string) => Array.from({ length: 20_000 }, (_, line) => `${what} ${line}`);
    const changes = diffLines(['same', ...lines('a')], ['same', ...lines('b')]);
    assert.equal(changes.filter(({ kind }) => kind === 'kept').length, 1);
    assert.equal(changes.length, 40_001);
  });
});

/** Length of the longest common subsequence, by the table. */
function longestCommon(one: readonly string[], other: readonly string[]): number {
  let row = new Array<number>(other.length + 1).fill(0);
  for (const line of one) {
    const next = [0];
    other.forEach((opposite, index) => {
      next.push(line === opposite ? (row[index] ?? 0) + 1 : Math.max(row[index + 1] ?? 0, next[index] ?? 0));
    });
    row = next;
  }
  return row.at(-1) ?? 0;
}
