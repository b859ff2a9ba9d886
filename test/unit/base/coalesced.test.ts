import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { createCoalesced } from '../../../src/base/coalesced.ts';
import { createManualClock } from '../../support/manualClock.ts';

describe('work that many ask for', () => {
  it('is done once after the wait, and again only when it is asked for again', async () => {
    const clock = createManualClock();
    const { signal } = new AbortController();
    let done = 0;
    const work = createCoalesced(
      () => clock.wait(100, signal),
      () => {
        done += 1;
      },
    );
    work.ask();
    work.ask();
    await clock.advance(99);
    assert.equal(done, 0);
    work.ask();
    await clock.advance(1);
    assert.equal(done, 1);
    await clock.advance(1000);
    assert.equal(done, 1);
    work.ask();
    await clock.advance(100);
    assert.equal(done, 2);
  });

  it('is given up with the wait', async () => {
    const clock = createManualClock();
    const ending = new AbortController();
    const work = createCoalesced(
      () => clock.wait(100, ending.signal),
      () => assert.fail('it was given up'),
    );
    work.ask();
    ending.abort();
    await clock.advance(1000);
  });
});
