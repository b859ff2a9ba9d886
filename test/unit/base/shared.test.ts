import assert from 'node:assert/strict';
import { deferred } from '../../../src/base/deferred.ts';
import { createShared } from '../../../src/base/shared.ts';

describe('createShared', () => {
  const { signal } = new AbortController();

  it('does the work once for all who ask', async () => {
    let count = 0;
    const shared = createShared(async () => {
      count += 1;
      return count;
    });
    assert.deepEqual(await Promise.all([shared.get(signal), shared.get(signal)]), [1, 1]);
    assert.equal(await shared.get(signal), 1);
  });

  it('begins anew after a failure', async () => {
    const outcomes = [Promise.reject(new Error('first')), Promise.resolve('second')];
    const shared = createShared(() => outcomes.shift() ?? Promise.resolve('third'));
    await assert.rejects(shared.get(signal), { message: 'first' });
    assert.equal(await shared.get(signal), 'second');
  });

  it('lets one who gives up go, while the work goes on for the others', async () => {
    const work = deferred<string>();
    const shared = createShared(() => work.promise);
    const first = shared.get(signal);
    const cancel = new AbortController();
    const other = shared.get(cancel.signal);
    cancel.abort(new Error('enough'));
    await assert.rejects(other, { message: 'enough' });
    work.resolve('done');
    assert.equal(await first, 'done');
  });

  it('does the work for the others when it ended because the first one gave up', async () => {
    const cancel = new AbortController();
    const shared = createShared((mine) =>
      mine === signal
        ? Promise.resolve('second')
        : new Promise<string>((_resolve, reject) => {
            mine.addEventListener('abort', () => reject(mine.reason));
          }),
    );
    const first = shared.get(cancel.signal);
    const second = shared.get(signal);
    cancel.abort(new Error('enough'));
    await assert.rejects(first, { message: 'enough' });
    assert.equal(await second, 'second');
  });
});
