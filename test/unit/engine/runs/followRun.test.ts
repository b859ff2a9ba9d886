import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { RunEvent } from '../../../../src/domain/runs/runEvent.ts';
import { followRun } from '../../../../src/engine/runs/followRun.ts';
import { encodeRecord } from '../../../../src/engine/runs/journalRecord.ts';
import { createFakeJournal } from '../../../support/fakeStores.ts';
import { notice, runFinished, runStarted } from '../../../support/runEvents.ts';

const turn = () => new Promise(setImmediate);

async function collect(events: AsyncIterable<RunEvent>): Promise<readonly RunEvent[]> {
  const heard: RunEvent[] = [];
  for await (const event of events) heard.push(event);
  return heard;
}

function follow() {
  const journal = createFakeJournal();
  journal.write(1, runStarted(1));
  journal.setOwner(1, 'alive');
  const cancel = new AbortController();
  const heard: RunEvent[] = [];
  const ended = (async () => {
    for await (const event of followRun(journal, 1, cancel.signal)) heard.push(event);
  })();
  return { journal, cancel, ended, types: () => heard.map((event) => event.type) };
}

describe('followRun', () => {
  it('gives each event once and ends with the run', async () => {
    const { journal, ended, types } = follow();
    await turn();
    assert.deepEqual(types(), ['run-started']);
    journal.write(1, notice('a'), notice('b'));
    await turn();
    assert.deepEqual(types(), ['run-started', 'notice', 'notice']);
    journal.write(1, runFinished());
    await ended;
    assert.deepEqual(types(), ['run-started', 'notice', 'notice', 'run-finished']);
    assert.equal(journal.watchers, 0);
  });

  it('puts together a record that is read in two halves', async () => {
    const { journal, ended, types } = follow();
    const record = Buffer.from(encodeRecord(notice('größe')));
    await turn();
    journal.writeBytes(1, record.subarray(0, 40));
    await turn();
    journal.writeBytes(1, record.subarray(40));
    await turn();
    assert.deepEqual(types(), ['run-started', 'notice']);
    journal.write(1, runFinished());
    await ended;
  });

  it('ends when the owner is gone, after its last words', async () => {
    const { journal, ended, types } = follow();
    await turn();
    journal.write(1, notice('last'));
    journal.setOwner(1, 'gone');
    await ended;
    assert.deepEqual(types(), ['run-started', 'notice']);
    assert.equal(journal.watchers, 0);
  });

  it('hears the last words of an owner that leaves right after a look at its journal', async () => {
    const journal = createFakeJournal();
    journal.write(1, runStarted(1));
    journal.setOwner(1, 'alive');
    const { read } = journal;
    journal.read = async (run, offset) => {
      const found = await read(run, offset);
      if (offset === 0) {
        journal.write(1, notice('last'));
        journal.setOwner(1, 'gone');
      }
      return found;
    };
    const heard = await collect(followRun(journal, 1, new AbortController().signal));
    assert.deepEqual(
      heard.map(({ type }) => type),
      ['run-started', 'notice'],
    );
  });

  it('ends at once for a run that is over', async () => {
    const journal = createFakeJournal();
    journal.write(1, runStarted(1));
    const heard = await collect(followRun(journal, 1, new AbortController().signal));
    assert.equal(heard.length, 1);
  });

  it('stops when it is cancelled', async () => {
    const { journal, cancel, ended } = follow();
    await turn();
    cancel.abort(new Error('enough'));
    await assert.rejects(ended, /enough/);
    assert.equal(journal.watchers, 0);
  });

  it('knows no run that is not there', async () => {
    const following = collect(followRun(createFakeJournal(), 9, new AbortController().signal));
    await assert.rejects(following, { code: 'run-not-found' });
  });
});
