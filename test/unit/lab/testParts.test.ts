import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatSummary, readSuite } from '../../lab/testParts.ts';
import { useTemporaryFolder } from '../../support/temporaryFolder.ts';

describe('the line over all tests', () => {
  it('adds up checks and suites, and says why tests were skipped', () => {
    const parts = [
      { name: 'lint', passed: 0, failed: 1, skipped: [] },
      { name: 'unit', passed: 7, failed: 0, skipped: [{ test: 'finds podman', reason: 'no podman here' }] },
    ];
    assert.deepEqual(formatSummary(parts, false).split('\n'), [
      'skipped (unit): finds podman: no podman here',
      'failed: lint (1)',
      '7 passed, 1 failed, 1 skipped',
    ]);
  });

  it('repeats at the end what failed tests said', () => {
    const failures = [{ test: 'pushes', reason: 'Expected 1\nbut got 2' }];
    assert.deepEqual(
      formatSummary([{ name: 'cli', passed: 1, failed: 1, skipped: [], failures }], false).split('\n'),
      [
        'failed (cli): pushes:',
        '    Expected 1',
        '    but got 2',
        'failed: cli (1)',
        '1 passed, 1 failed, 0 skipped',
      ],
    );
  });

  it('says that it was interrupted', () => {
    assert.match(formatSummary([], true), /^interrupted.*\n0 passed, 0 failed, 0 skipped$/);
  });
});

describe('the counts of a suite', () => {
  const temporaryFolder = useTemporaryFolder();

  async function failuresOf(counts: object | undefined, code: number): Promise<number> {
    const file = join(temporaryFolder(), 'counts.json');
    if (counts) await writeFile(file, JSON.stringify(counts));
    return (await readSuite('unit', file, code)).failed;
  }

  it('are believed where the suite ended well', async () => {
    assert.equal(await failuresOf({ passed: 3, failed: 0, skipped: [] }, 0), 0);
  });

  it('hold a failure where the suite died before it counted', async () => {
    assert.equal(await failuresOf(undefined, 137), 1);
  });

  it('hold a failure where the suite failed beside its tests', async () => {
    assert.equal(await failuresOf({ passed: 3, failed: 0, skipped: [] }, 7), 1);
  });

  it('hold a failure where nothing ran', async () => {
    assert.equal(await failuresOf({ passed: 0, failed: 0, skipped: [] }, 0), 1);
  });
});
