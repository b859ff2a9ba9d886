import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readRun } from '../../../../src/engine/runs/readRun.ts';
import { createFakeJournal } from '../../../support/fakeStores.ts';
import { notice, runFinished, runStarted } from '../../../support/runEvents.ts';

describe('readRun', () => {
  const standing = async (
    owner: 'alive' | 'gone' | undefined,
    ...events: Parameters<typeof journal.write>[1][]
  ) => {
    journal.write(1, ...events);
    journal.setOwner(1, owner);
    return (await readRun(journal, 1))?.standing;
  };
  let journal = createFakeJournal();
  beforeEach(() => {
    journal = createFakeJournal();
  });

  it('sees a run that goes on', async () => assert.equal(await standing('alive', runStarted(1)), 'running'));

  it('sees a finished run, even while its owner tidies up', async () => {
    assert.equal(await standing(undefined, runStarted(1), runFinished()), 'finished');
    assert.equal(await standing('alive'), 'finished');
    assert.equal(await standing('gone'), 'finished');
  });

  it('sees that a run was interrupted, whether its lock is still there or not', async () => {
    assert.equal(await standing('gone', runStarted(1)), 'interrupted');
    assert.equal(await standing(undefined), 'interrupted');
  });

  it('sees a run whose owner finishes between the two reads as finished', async () => {
    journal.write(1, runStarted(1));
    journal.setOwner(1, 'alive');
    const { read } = journal;
    journal.read = (run, offset) => {
      journal.write(1, runFinished());
      journal.setOwner(1, undefined);
      return read(run, offset);
    };
    assert.equal((await readRun(journal, 1))?.standing, 'finished');
  });

  it('reads past a torn tail', async () => {
    journal.write(1, runStarted(1), notice('a'));
    journal.writeBytes(1, Buffer.from('0123abcd {"type":"run-fin'));
    const kept = await readRun(journal, 1);
    assert.deepEqual([kept?.standing, kept?.state.notices], ['interrupted', ['a']]);
  });

  it('is nothing without a first record', async () => {
    assert.equal(await readRun(journal, 1), undefined);
    journal.writeBytes(1, Buffer.alloc(0));
    assert.equal(await readRun(journal, 1), undefined);
  });
});
