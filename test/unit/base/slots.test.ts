import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { deferred } from '../../../src/base/deferred.ts';
import { createSlots } from '../../../src/base/slots.ts';

const { signal } = new AbortController();

/** Lets everything that is ready go on. */
const turn = () => new Promise(setImmediate);

describe('slots', () => {
  it('run no more at once than there are, in the order asked for', async () => {
    const slots = createSlots(2);
    const started: number[] = [];
    const ends = [0, 1, 2, 3].map(() => deferred<void>());
    const all = ends.map((end, index) =>
      slots.run(() => {
        started.push(index);
        return end.promise;
      }, signal),
    );
    await turn();
    assert.deepEqual(started, [0, 1]);
    ends[1]?.resolve();
    await turn();
    assert.deepEqual(started, [0, 1, 2]);
    ends[0]?.resolve();
    await turn();
    assert.deepEqual(started, [0, 1, 2, 3]);
    for (const end of ends) end.resolve();
    await Promise.all(all);
  });

  it('are free again after work that failed', async () => {
    const slots = createSlots(1);
    await assert.rejects(
      slots.run(() => Promise.reject(new Error('broken')), signal),
      /broken/,
    );
    assert.equal(await slots.run(() => Promise.resolve('next'), signal), 'next');
  });

  it('let go whoever is cancelled while waiting, without a lost slot', async () => {
    const slots = createSlots(1);
    const first = deferred<void>();
    const cancel = new AbortController();
    const ran: string[] = [];
    const work = (name: string) => async () => void ran.push(name);
    const running = slots.run(() => first.promise, signal);
    const cancelled = slots.run(work('cancelled'), cancel.signal);
    const last = slots.run(work('last'), signal);
    cancel.abort(new Error('no more'));
    await assert.rejects(cancelled, /no more/);
    first.resolve();
    await Promise.all([running, last]);
    assert.deepEqual(ran, ['last']);
  });

  it('start nothing for a signal that is aborted already', async () => {
    const slots = createSlots(1);
    const never = () => assert.fail('started');
    await assert.rejects(slots.run(never, AbortSignal.abort(new Error('too late'))), /too late/);
    assert.equal(await slots.run(() => Promise.resolve(1), signal), 1);
  });

  it('are one at least', async () => {
    assert.equal(await createSlots(0).run(() => Promise.resolve(1), signal), 1);
  });

  it('are free for others while work rests, which then waits its turn', async () => {
    const slots = createSlots(1);
    const order: string[] = [];
    const wait = deferred<void>();
    const other = deferred<void>();
    const resting = slots.run(async (rest) => {
      await rest(() => wait.promise);
      order.push('rested');
    }, signal);
    const working = slots.run(async () => {
      order.push('other');
      await other.promise;
    }, signal);
    wait.resolve();
    await turn();
    assert.deepEqual(order, ['other']);
    other.resolve();
    await Promise.all([resting, working]);
    assert.deepEqual(order, ['other', 'rested']);
  });

  it('stay as many when work is given up while it rests', async () => {
    const slots = createSlots(1);
    const cancel = new AbortController();
    const wait = deferred<void>();
    const resting = slots.run((rest) => rest(() => wait.promise), cancel.signal);
    await turn();
    cancel.abort(new Error('enough'));
    wait.resolve();
    await assert.rejects(resting, /enough/);
    const both = [deferred<void>(), deferred<void>()];
    const started: number[] = [];
    const all = both.map((end, index) =>
      slots.run(() => {
        started.push(index);
        return end.promise;
      }, signal),
    );
    await turn();
    assert.deepEqual(started, [0]);
    for (const end of both) end.resolve();
    await Promise.all(all);
  });
});
