import type { Catalog, CatalogPrice, CatalogProduct } from "../catalog.ts";
import { price } from "../objects/price.ts";
import { product } from "../objects/product.ts";
import { nowSeconds, type World } from "../state/world.ts";

/**
 * Puts the catalog's products and prices into the account. What an edited catalog no longer lists is kept and
 * deactivated, as an owner would do at Stripe: past orders still refer to it.
 */
export function seedCatalog(world: World, catalog: Catalog, siteUrl: string): void {
  const { state } = world;
  for (const entry of Object.values(state.products)) entry.active = false;
  for (const entry of Object.values(state.prices)) entry.active = false;
  for (const entry of catalog.products) seedProduct(world, entry, siteUrl);
}

function seedProduct(world: World, entry: CatalogProduct, siteUrl: string): void {
  const { state } = world;
  const productId = entry.id ?? `prod_${entry.prices[0]?.id.replace(/^price_/, "") ?? entry.name}`;
  const created = state.products[productId]?.created ?? nowSeconds(world);
  state.products[productId] = product({
    id: productId,
    name: entry.name,
    description: entry.description ?? null,
    images: entry.image === undefined ? [] : [new URL(entry.image, siteUrl).href],
    active: entry.active ?? true,
    defaultPrice: entry.prices[0]?.id ?? null,
    taxCode: entry.tax_code ?? null,
    created,
  });
  for (const entryPrice of entry.prices) seedPrice(world, productId, entryPrice, entry.active ?? true);
}

function seedPrice(world: World, productId: string, entry: CatalogPrice, productIsActive: boolean): void {
  const { prices } = world.state;
  prices[entry.id] = price({
    id: entry.id,
    product: productId,
    unitAmount: entry.amountMinor,
    currency: entry.currency,
    interval: entry.interval ?? null,
    lookupKey: entry.lookup_key ?? null,
    active: productIsActive && (entry.active ?? true),
    created: prices[entry.id]?.created ?? nowSeconds(world),
  });
}
