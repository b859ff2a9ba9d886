import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answer, HttpError, startService } from '../src/service.js';

const routes = [
  {
    method: 'GET',
    path: '/products/{id}',
    handle: ({ id }) => {
      if (id === 'mug') return { id, price: 1200 };
      throw new HttpError(404, `no product ${id}`);
    },
  },
];

describe('answer', () => {
  it('gives what the route returns', async () => {
    assert.deepEqual(await answer(routes, 'GET', '/products/mug'), {
      status: 200,
      body: { id: 'mug', price: 1200 },
    });
  });

  it('gives the status of an HttpError', async () => {
    assert.deepEqual(await answer(routes, 'GET', '/products/cup'), {
      status: 404,
      body: { error: 'no product cup' },
    });
  });

  it('says 404 where there is no route', async () => {
    assert.equal((await answer(routes, 'GET', '/nowhere')).status, 404);
  });
});

describe('startService', () => {
  it('answers /healthz', async (t) => {
    const server = await startService({ name: 'test', routes: [], port: 0 });
    t.after(() => server.close());
    const response = await fetch(`http://127.0.0.1:${server.address().port}/healthz`);
    assert.deepEqual(await response.json(), { status: 'ok', service: 'test' });
  });

  it('answers for a while after SIGTERM, closes its connections, and ends', async (t) => {
    let end;
    const farewell = () =>
      new Promise((resolve) => {
        end = resolve;
      });
    const server = await startService({ name: 'test', routes: [], port: 0, farewell });
    t.after(() => server.close());
    const closed = new Promise((resolve) => server.once('close', resolve));
    process.emit('SIGTERM');
    const response = await fetch(`http://127.0.0.1:${server.address().port}/healthz`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('connection'), 'close');
    await response.json();
    end();
    await closed;
  });
});
