import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { matchRoute } from '../src/router.js';

const routes = [
  { method: 'GET', path: '/products' },
  { method: 'GET', path: '/products/{id}' },
];

describe('matchRoute', () => {
  it('reads the names in a path', () => {
    const match = matchRoute(routes, 'GET', '/products/blue%20mug');
    assert.deepEqual(match, { route: routes[1], parameters: { id: 'blue mug' } });
  });

  it('does not match a longer path', () => {
    assert.equal(matchRoute(routes, 'GET', '/products/mug/reviews'), undefined);
  });

  it('does not match another method', () => {
    assert.equal(matchRoute(routes, 'DELETE', '/products'), undefined);
  });
});
