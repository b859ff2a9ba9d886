import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Engine } from '../../../../src/engine/createEngine.ts';
import { followRun } from '../../../../src/engine/runs/followRun.ts';
import { type KeptRun, readRun } from '../../../../src/engine/runs/readRun.ts';
import { createSession } from '../../../../src/vscode/state/createSession.ts';
import { createStore } from '../../../../src/vscode/state/store.ts';
import { createFakeJournal } from '../../../support/fakeStores.ts';
import { runFinished, runStarted } from '../../../support/runEvents.ts';

const turn = () => new Promise(setImmediate);

/** A window on a repository whose first run another window has going. */
function openSession() {
  const journal = createFakeJournal();
  journal.write(1, runStarted(1));
  journal.setOwner(1, 'alive');
  const engine = {
    followRun: (_, run, signal) => followRun(journal, run, signal),
    readRun: (_, run) => readRun(journal, run),
  } as Partial<Engine> as Engine;
  const session = createSession({
    key: '/repository/.git',
    folder: '/repository',
    store: createStore({ trusted: true, folders: 1, repositories: [], engine: { kind: 'unknown' } }),
    engine: () => Promise.resolve(engine),
    isTrusted: () => true,
  });
  const limit = new AbortController();
  const read: (KeptRun | undefined)[] = [];
  const start = (run = 1): Promise<unknown> =>
    session.readEnded(run, limit.signal).then((kept) => read.push(kept));
  return { journal, session, limit, start, standings: () => read.map((kept) => kept?.standing) };
}

describe('reading a run that another window may still be ending', () => {
  it('waits for its end', async () => {
    const { journal, start, standings } = openSession();
    const reading = start();
    await turn();
    assert.deepEqual(standings(), []);
    journal.write(1, runFinished('cancelled'));
    await reading;
    assert.deepEqual(standings(), ['finished']);
    assert.equal(journal.watchers, 0);
  });

  it('waits no longer when its owner is gone', async () => {
    const { journal, start, standings } = openSession();
    const reading = start();
    await turn();
    journal.setOwner(1, 'gone');
    await reading;
    assert.deepEqual(standings(), ['interrupted']);
  });

  it('tells how it stands when the time is over', async () => {
    const { limit, start, standings } = openSession();
    const reading = start();
    await turn();
    limit.abort();
    await reading;
    assert.deepEqual(standings(), ['running']);
  });

  it('knows when there is no such run', async () => {
    const { start, standings } = openSession();
    await start(2);
    assert.deepEqual(standings(), [undefined]);
  });

  it('gives nothing to a window that goes itself: the next one reads it', async () => {
    const { session, start, standings } = openSession();
    const reading = start();
    await turn();
    session.dispose();
    await assert.rejects(reading, { name: 'AbortError' });
    assert.deepEqual(standings(), []);
  });
});
