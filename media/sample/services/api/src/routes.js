import { HttpError } from '../../runtime/src/service.js';
import { priceCart } from './cart.js';
import { findProduct, products } from './products.js';

export const routes = [
  { method: 'GET', path: '/products', handle: () => products },
  { method: 'GET', path: '/products/{id}', handle: ({ id }) => requireProduct(id) },
  {
    method: 'GET',
    path: '/carts/{id}/{count}',
    handle: ({ id, count }) => priceCart([{ id: requireProduct(id).id, count: requireCount(count) }]),
  },
];

function requireProduct(id) {
  const product = findProduct(id);
  if (!product) throw new HttpError(404, `no product ${id}`);
  return product;
}

function requireCount(text) {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new HttpError(400, `not a count: ${text}`);
  return count;
}
