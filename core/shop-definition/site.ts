import type { Catalog } from "./catalog.ts";
import type { CheckoutOptions, PriceSettings, ShopDefinition } from "./shop-definition.ts";

/** What the owner's own files say: shop.config.ts and the pages. The functions' bundle contains it. */
export interface Site {
  shop: ShopDefinition;
  catalog: Catalog;
}

/**
 * What shop.config.ts says about a price that was bought; empty if it says nothing. The entry may be under the price's id, or under
 * its lookup key.
 */
export function priceSettings(site: Site, item: PriceNames): PriceSettings {
  const entry = entryOf(site, item);
  return entry === undefined ? {} : (site.shop.prices?.[entry] ?? {});
}

/** True when shop.config.ts has an entry for the price. */
export function hasSettings(site: Site, item: PriceNames): boolean {
  return entryOf(site, item) !== undefined;
}

interface PriceNames {
  priceId: string;
  lookupKey?: string | undefined;
}

function entryOf({ shop, catalog }: Site, { priceId, lookupKey }: PriceNames): string | undefined {
  const prices = shop.prices ?? {};
  if (Object.hasOwn(prices, priceId)) return priceId;
  if (lookupKey !== undefined && Object.hasOwn(prices, lookupKey)) return lookupKey;
  return Object.keys(prices).find((name) => catalog.prices[name]?.known?.id === priceId);
}

/** The fields that shop.config.ts sets under a price's id, and that a price in its place would be sold without. */
export function settingsLeftBehind({ shop }: Site, priceId: string, settings: PriceSettings): string[] {
  const prices = shop.prices ?? {};
  const old = Object.hasOwn(prices, priceId) ? (prices[priceId] ?? {}) : {};
  return Object.keys(old).filter((field) => !Object.hasOwn(settings, field));
}

/** What Stripe's page asks for and offers: a price's own options replace the shop's, one by one. */
export function checkoutOptions({ shop }: Site, settings: PriceSettings): CheckoutOptions {
  return { ...shop.checkout, ...settings.checkout };
}
