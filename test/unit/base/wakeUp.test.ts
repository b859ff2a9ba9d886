import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { createWakeUp } from '../../../src/base/wakeUp.ts';

describe('a wake-up', () => {
  const never = new Promise<void>(() => undefined);

  it('wakes whoever sleeps', async () => {
    const sleeper = createWakeUp();
    const slept = sleeper.sleep(never);
    sleeper.wake();
    await slept;
  });

  it('is not lost on somebody who sleeps later, and is for one sleep', async () => {
    const sleeper = createWakeUp();
    sleeper.wake();
    sleeper.wake();
    await sleeper.sleep(never);
    const end = Promise.withResolvers<void>();
    let woken = false;
    const slept = sleeper.sleep(end.promise).then(() => {
      woken = true;
    });
    await new Promise(setImmediate);
    assert.equal(woken, false);
    end.resolve();
    await slept;
  });

  it('rejects as the time it sleeps until does', async () => {
    const sleeper = createWakeUp();
    await assert.rejects(sleeper.sleep(Promise.reject(new Error('stop'))), { message: 'stop' });
  });
});
