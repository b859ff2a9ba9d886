/** Prices are in cents: money never goes through floating point. */
export const products = [
  { id: 'mug', name: 'Mug', price: 1200 },
  { id: 'shirt', name: 'T-shirt', price: 2500 },
  { id: 'sticker', name: 'Sticker', price: 300 },
];

export function findProduct(id) {
  return products.find((product) => product.id === id);
}
