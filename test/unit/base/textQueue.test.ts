import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { createTextQueue } from '../../../src/base/textQueue.ts';

describe('a queue of text', () => {
  it('gives everything that was written since, together', async () => {
    const queue = createTextQueue(100);
    assert.equal(queue.write('a'), undefined);
    await queue.write('b');
    const reader = queue.read();
    assert.deepEqual(await reader.next(), { done: false, value: 'ab' });
    const next = reader.next();
    await queue.write('c');
    queue.end();
    assert.deepEqual(await next, { done: false, value: 'c' });
    assert.deepEqual(await reader.next(), { done: true, value: undefined });
  });

  it('holds writers up until there is room, or nobody reads any more', async () => {
    const queue = createTextQueue(2);
    const full = queue.write('abc');
    assert.ok(full, 'there is too much');
    let hasRoom = false;
    const waiting = full.then(() => {
      hasRoom = true;
    });
    await new Promise(setImmediate);
    assert.equal(hasRoom, false);
    await queue.read().next();
    await waiting;
    const again = queue.write('def');
    assert.ok(again);
    queue.end();
    await again;
    assert.equal(queue.write('dropped'), undefined);
  });

  it('fails after what was written before', async () => {
    const queue = createTextQueue(100);
    await queue.write('a');
    queue.end({ error: new Error('gone') });
    queue.end();
    const reader = queue.read();
    assert.equal((await reader.next()).value, 'a');
    await assert.rejects(reader.next(), /gone/);
  });
});
