import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { cancelRun } from '../../../../src/engine/runs/cancelRun.ts';
import { createFakeJournal } from '../../../support/fakeStores.ts';
import { runStarted } from '../../../support/runEvents.ts';

describe('cancelRun', () => {
  it('asks the owner of a run that goes on', async () => {
    const journal = createFakeJournal();
    journal.write(3, runStarted(3));
    journal.setOwner(3, 'alive');
    assert.equal(await cancelRun(journal, 3), 'asked');
    assert.deepEqual(journal.cancelRequests, [3]);
  });

  it('asks nobody where nobody runs it', async () => {
    const journal = createFakeJournal();
    journal.write(3, runStarted(3));
    assert.equal(await cancelRun(journal, 3), 'not-running');
    journal.setOwner(3, 'gone');
    assert.equal(await cancelRun(journal, 3), 'not-running');
    assert.deepEqual(journal.cancelRequests, []);
  });

  it('knows no run that is not there', () =>
    assert.rejects(cancelRun(createFakeJournal(), 3), { code: 'run-not-found' }));
});
