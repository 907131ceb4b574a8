import type { Site } from "../../core/shop-definition/site.ts";
import type { ShopDefinition } from "../../core/shop-definition/shop-definition.ts";
import catalog from "../../simulator/catalog.json" with { type: "json" };

/** A site that sells everything the simulated account has, by price id, and that was built without a key. */
export function siteOf(
  shop: ShopDefinition = {},
  products: readonly { prices: readonly { id: string }[] }[] = catalog.products,
): Site {
  const names = [
    ...products.flatMap((product) => product.prices.map(({ id }) => id)),
    ...Object.keys(shop.prices ?? {}),
  ];
  return { shop, catalog: { prices: Object.fromEntries(names.map((name) => [name, {}])) } };
}
