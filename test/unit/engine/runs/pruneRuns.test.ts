import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { pruneRuns } from '../../../../src/engine/runs/pruneRuns.ts';
import { createFakeJournal, createFakeRecords } from '../../../support/fakeStores.ts';
import { runStarted } from '../../../support/runEvents.ts';

function journalOf(...runs: readonly number[]) {
  const journal = createFakeJournal();
  for (const run of runs) journal.write(run, runStarted(run));
  return journal;
}

describe('pruneRuns', () => {
  const check = async (runs: readonly number[], keep: number, expected: readonly number[]) => {
    const journal = journalOf(...runs);
    await pruneRuns(journal, createFakeRecords(), keep);
    assert.deepEqual(journal.listRuns(), expected);
  };

  it('keeps the newest', () => check([1, 2, 5, 9, 10], 2, [9, 10]));
  it('keeps all of a few', () => check([1, 2], 5, [1, 2]));
  it('keeps one at least', () => check([1, 2], 0, [2]));

  it('leaves a run that still goes on', async () => {
    const journal = journalOf(1, 2, 3);
    journal.setOwner(1, 'alive');
    await pruneRuns(journal, createFakeRecords(), 1);
    assert.deepEqual(journal.listRuns(), [1, 3]);
  });

  it('drops the results of the oldest runs beyond those it keeps', async () => {
    const results = Array.from({ length: 503 }, (_, index) => [
      `results/test/key${index}`,
      JSON.stringify({ version: 2, run: 1000 - index }),
    ]);
    const records = createFakeRecords(Object.fromEntries([...results, ['latest/test/api', '{}']]));
    await pruneRuns(journalOf(1, 2), records, 1);
    assert.equal(records.list('results/test').length, 500);
    for (const gone of ['key500', 'key501', 'key502'])
      assert.equal(records.read(`results/test/${gone}`), undefined);
    assert.equal(records.read('latest/test/api'), '{}');
  });
});
