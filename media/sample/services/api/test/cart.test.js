import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { priceCart } from '../src/cart.js';

describe('priceCart', () => {
  it('adds up goods and shipping', () => {
    const lines = [
      { id: 'mug', count: 2 },
      { id: 'sticker', count: 1 },
    ];
    assert.deepEqual(priceCart(lines), { goods: 2700, shipping: 490, total: 3190 });
  });

  it('sends an order of exactly 50.00 for free', () => {
    assert.deepEqual(priceCart([{ id: 'shirt', count: 2 }]), { goods: 5000, shipping: 0, total: 5000 });
  });
});
