import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { parseShopDefinition } from "../../core/parse-shop-definition.ts";
import type { ShopDefinition } from "../../core/shop-definition.ts";
import type { Site } from "../../core/site.ts";

export const SHOP_CONFIG = "shop.config.ts";

/**
 * What the owner's files in `root` say.
 * @throws ShopDefinitionError when shop.config.ts is wrong.
 */
export async function loadSite(root: string): Promise<Site> {
  const shop = await loadShopDefinition(root);
  const names = Object.keys(shop.prices ?? {});
  return { shop, catalog: { prices: Object.fromEntries(names.map((name) => [name, {}])) } };
}

/** What shop.config.ts exports; nothing when the owner has deleted it. */
async function loadShopDefinition(root: string): Promise<ShopDefinition> {
  const file = join(root, SHOP_CONFIG);
  if (!existsSync(file)) return {};
  const { default: definition } = (await import(pathToFileURL(file).href)) as { default?: unknown };
  return parseShopDefinition(definition);
}
