import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { type Deferred, deferred } from '../../../../src/base/deferred.ts';
import type { RunEvent } from '../../../../src/domain/runs/runEvent.ts';
import { decodeRecords } from '../../../../src/engine/runs/journalRecord.ts';
import { createJournalWriter } from '../../../../src/engine/runs/journalWriter.ts';
import { notice } from '../../../support/runEvents.ts';

const turn = () => new Promise(setImmediate);
const words = (events: readonly RunEvent[]) =>
  events.map((event) => (event.type === 'notice' ? event.message : event.type)).join('');

/** A disk whose writes end when the test says so. */
function makeWriter() {
  const appends: { readonly words: string; readonly done: Deferred<void> }[] = [];
  let announced = '';
  const run = {
    number: 1,
    append(bytes: Uint8Array) {
      const done = deferred<void>();
      appends.push({ words: words(decodeRecords(bytes).events), done });
      return done.promise;
    },
    appendLog: () => Promise.resolve(0),
    onCancelRequested: () => ({ dispose() {} }),
    close: () => Promise.resolve(),
  };
  const writer = createJournalWriter(run, (event) => {
    announced += words([event]);
  });
  return {
    record: (word: string) => writer.record(notice(word)),
    end: async (append: number, error?: Error) => {
      if (error) appends[append]?.done.reject(error);
      else appends[append]?.done.resolve();
      await turn();
    },
    appends: () => appends.map((append) => append.words),
    announced: () => announced,
  };
}

describe('the journal writer', () => {
  it('announces an event when it is on disk, not before', async () => {
    const { record, end, announced } = makeWriter();
    const recorded = record('a');
    await turn();
    assert.equal(announced(), '');
    await end(0);
    await recorded;
    assert.equal(announced(), 'a');
  });

  it('writes a burst at once', async () => {
    const { record, end, appends, announced } = makeWriter();
    const all = ['a', 'b', 'c'].map(record);
    await turn();
    assert.deepEqual(appends(), ['abc']);
    await end(0);
    await Promise.all(all);
    assert.equal(announced(), 'abc');
  });

  it('gathers what comes during a write for the next one, in order', async () => {
    const { record, end, appends, announced } = makeWriter();
    const first = record('a');
    await turn();
    const late = ['b', 'c'].map(record);
    await turn();
    assert.deepEqual(appends(), ['a']);
    await end(0);
    await first;
    await turn();
    assert.deepEqual([appends(), announced()], [['a', 'bc'], 'a']);
    await end(1);
    await Promise.all(late);
    assert.equal(announced(), 'abc');
  });

  it('gathers what is recorded in one turn of the event loop', async () => {
    const { record, end, appends } = makeWriter();
    const first = record('a');
    const second = Promise.resolve()
      .then(() => Promise.resolve())
      .then(() => record('b'));
    await turn();
    assert.deepEqual(appends(), ['ab']);
    await end(0);
    await Promise.all([first, second]);
  });

  it('announces nothing that stands behind a failed write', async () => {
    const { record, end, appends, announced } = makeWriter();
    const full = /disk full/;
    const first = record('a');
    await turn();
    const during = record('b');
    const rejections = [assert.rejects(first, full), assert.rejects(during, full)];
    await end(0, new Error('disk full'));
    await Promise.all(rejections);
    await assert.rejects(record('c'), full);
    await Promise.all(['d', 'e'].map((word) => assert.rejects(record(word), full)));
    assert.deepEqual([appends(), announced()], [['a'], '']);
  });
});
