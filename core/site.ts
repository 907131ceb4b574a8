import type { Catalog } from "./checkout/catalog.ts";
import type { OrderItem } from "./orders/order.ts";
import type { PriceSettings, ShopDefinition } from "./shop-definition.ts";

/** What the owner's own files say: shop.config.ts and the pages. The functions' bundle has it inside. */
export interface Site {
  shop: ShopDefinition;
  catalog: Catalog;
}

/**
 * What shop.config.ts says about a price that was bought; empty when it says nothing. The entry may stand under the price's id, or
 * under its lookup key.
 */
export function priceSettings(
  { shop, catalog }: Site,
  item: Pick<OrderItem, "priceId" | "lookupKey">,
): PriceSettings {
  const prices = shop.prices ?? {};
  const { priceId, lookupKey } = item;
  if (Object.hasOwn(prices, priceId)) return prices[priceId] ?? {};
  if (lookupKey !== undefined && Object.hasOwn(prices, lookupKey)) return prices[lookupKey] ?? {};
  const sameAtBuild = Object.keys(prices).find((name) => catalog.prices[name]?.known?.id === priceId);
  return sameAtBuild === undefined ? {} : (prices[sameAtBuild] ?? {});
}
