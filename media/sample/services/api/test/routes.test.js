import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answer } from '../../runtime/src/service.js';
import { routes } from '../src/routes.js';

describe('the routes', () => {
  it('price a cart', async () => {
    const { status, body } = await answer(routes, 'GET', '/carts/mug/3');
    assert.deepEqual([status, body.total], [200, 4090]);
  });

  it('refuse an unknown product', async () => {
    assert.equal((await answer(routes, 'GET', '/products/teapot')).status, 404);
  });

  it('refuse half a mug', async () => {
    assert.equal((await answer(routes, 'GET', '/carts/mug/0.5')).status, 400);
  });
});
