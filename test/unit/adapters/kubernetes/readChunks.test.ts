import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { describe, it } from 'mocha';
import { readChunks } from '../../../../src/adapters/kubernetes/exchange.ts';

const turn = () => new Promise(setImmediate);

describe('the pieces of an answer', () => {
  it('wait until the one before has been taken', async () => {
    const answer = new PassThrough();
    const taken: string[] = [];
    const first = Promise.withResolvers<void>();
    const done = readChunks(answer as unknown as IncomingMessage, (chunk) => {
      taken.push(String(chunk));
      return taken.length === 1 ? first.promise : undefined;
    });
    answer.write('one');
    await turn();
    answer.end('two');
    await turn();
    assert.deepEqual(taken, ['one']);
    first.resolve();
    await done;
    assert.deepEqual(taken, ['one', 'two']);
  });

  it('are not read on when one cannot be taken', async () => {
    const answer = new PassThrough();
    const done = readChunks(answer as unknown as IncomingMessage, () => Promise.reject(new Error('no room')));
    answer.write('one');
    await assert.rejects(done, /no room/);
    assert.ok(answer.destroyed);
  });
});
