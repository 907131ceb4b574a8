import type { ShopDefinition } from "../shop-definition/shop-definition.ts";

/** True when some price of the shop brings its buyer something: a file, a link, a text, a license key. */
export function deliversSomething({ prices = {} }: Pick<ShopDefinition, "prices">): boolean {
  return Object.values(prices).some(({ deliver = [] }) => deliver.length > 0);
}
