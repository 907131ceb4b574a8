import type { Catalog } from "../../core/checkout/catalog.ts";

/**
 * How much a catalog sells, in words: `5 prices`. Before Stripe was asked, a price id and a lookup key may name the same price, so
 * only the names can be counted.
 */
export function forSale({ prices }: Catalog): string {
  const known = Object.values(prices).flatMap(({ known: price }) => (price === undefined ? [] : [price.id]));
  const names = Object.keys(prices).length;
  if (known.length < names) {
    return names === 1
      ? "what 1 price id or lookup key stands for"
      : `what ${names} price ids and lookup keys stand for`;
  }
  const count = new Set(known).size;
  return count === 1 ? "1 price" : `${count} prices`;
}
