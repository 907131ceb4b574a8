import type { Catalog } from "../../core/shop-definition/catalog.ts";

/**
 * How much a catalog sells, in words: `5 prices`. Before Stripe was asked, a price id and a lookup key may name the same price, so
 * only the names can be counted.
 */
export function forSale({ prices }: Catalog): string {
  const known = Object.values(prices).flatMap(({ known: price }) => (price === undefined ? [] : [price.id]));
  const names = Object.keys(prices).length;
  if (known.length < names) {
    return names === 1
      ? "the price of 1 id or lookup key"
      : `the prices of ${names} ids and lookup keys`;
  }
  const count = new Set(known).size;
  return count === 1 ? "1 price" : `${count} prices`;
}
