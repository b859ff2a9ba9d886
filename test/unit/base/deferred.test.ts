import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { deferred } from '../../../src/base/deferred.ts';

describe('deferred', () => {
  it('keeps the first outcome', async () => {
    const told = deferred<string>();
    told.resolve('first');
    told.resolve('second');
    told.reject(new Error('third'));
    assert.equal(await told.promise, 'first');
  });

  it('can fail', async () => {
    const told = deferred<string>();
    told.reject(new Error('broken'));
    await assert.rejects(told.promise, /broken/);
  });
});
