import { findProduct } from './products.js';

/** Orders from this value on, in cents, are sent for free. */
export const freeShippingFrom = 5000;
const shippingCost = 490;

/**
 * What a cart costs.
 *
 * @param {{id: string, count: number}[]} lines
 * @returns {{goods: number, shipping: number, total: number}} cents
 */
export function priceCart(lines) {
  const goods = lines.reduce((sum, { id, count }) => sum + findProduct(id).price * count, 0);
  // TRY IT: change `>=` to `>` and run towline again. The test "sends an order of exactly 50.00 for free" turns
  // red, the run stops at the test step, and there is no image, no push and no branch for the api.
  const shipping = goods >= freeShippingFrom ? 0 : shippingCost;
  return { goods, shipping, total: goods + shipping };
}
