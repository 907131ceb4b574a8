import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { PRICE_NAME } from "../../core/shop-definition/catalog.ts";
import { parseShopDefinition, ShopDefinitionError } from "../../core/shop-definition/parse.ts";
import type { ShopDefinition } from "../../core/shop-definition/shop-definition.ts";
import type { Site } from "../../core/shop-definition/site.ts";
import { codeMistake } from "./code-mistake.ts";
import { findPages } from "./find-pages.ts";
import { escape } from "./host-patterns.ts";
import { managedPaymentsConflicts } from "./managed-payments.ts";
import { usablePagesFolder } from "./pages-folder.ts";
import { privateFileProblems } from "./private-files.ts";
import { readOffers, type Offer } from "./read-offers.ts";
import { SiteError } from "./site-error.ts";

export const SHOP_CONFIG = "shop.config.ts";

/** What the owner's files say, and where they say it. */
export interface LoadedSite extends Site {
  offers: readonly Offer[];
}

/**
 * Reads shop.config.ts and the pages of the project in `root`. Stripe is not asked.
 * @throws SiteError that lists every mistake at once.
 */
export async function loadSite(root: string): Promise<LoadedSite> {
  const { site, problems } = await inspectSite(root);
  if (site === undefined || problems.length > 0) throw new SiteError(problems);
  return site;
}

/**
 * The same for a caller that checks more than the files: what could be read, and every mistake. `site` is undefined when nothing could be
 * read.
 */
export async function inspectSite(
  root: string,
): Promise<{ site: LoadedSite | undefined; problems: readonly string[] }> {
  try {
    const said = await loadShopDefinition(root);
    const folder = await usablePagesFolder(root, said.pages);
    const shop = said.pages === undefined ? said : { ...said, pages: folder };
    const offers = [...(await offersOfPages(root, shop)), ...(await offersOfDefinition(root, shop))];
    const wrongNames = offers
      .filter(({ name }) => !PRICE_NAME.test(name))
      .map(
        ({ name, file, line }) =>
          `${file}:${line}: "${name}" is not a price: use a price id (price_…) or a lookup key of your Stripe account, made of letters, digits and _ - . : only.`,
      );
    const wrongFiles = (await privateFileProblems(root, shop)).map((problem) => `${SHOP_CONFIG}: ${problem}`);
    const wrongOptions = managedPaymentsConflicts(shop).map((problem) => `${SHOP_CONFIG}: ${problem}`);
    const named = offers.filter(({ name }) => PRICE_NAME.test(name));
    const catalog = { prices: Object.fromEntries(named.map(({ name }) => [name, {}])) };
    return {
      site: { shop, catalog, offers: named },
      problems: [...wrongNames, ...wrongFiles, ...wrongOptions],
    };
  } catch (error) {
    if (error instanceof SiteError) return { site: undefined, problems: error.problems };
    throw error;
  }
}

/** What shop.config.ts exports; nothing when the owner has deleted it. Read anew when the file has changed. */
async function loadShopDefinition(root: string): Promise<ShopDefinition> {
  const file = join(root, SHOP_CONFIG);
  if (!existsSync(file)) return {};
  const { mtimeMs } = await stat(file);
  try {
    const module = (await import(`${pathToFileURL(file).href}?${mtimeMs}`)) as { default?: unknown };
    return parseShopDefinition(module.default);
  } catch (cause) {
    if (!(cause instanceof ShopDefinitionError)) {
      throw new SiteError([codeMistake(cause, root, SHOP_CONFIG)], { cause });
    }
    throw new SiteError(
      cause.problems.map((problem) => `${SHOP_CONFIG}: ${problem}`),
      { cause },
    );
  }
}

async function offersOfPages(root: string, shop: ShopDefinition): Promise<Offer[]> {
  const pages = await findPages(root, shop.pages);
  const offers = await Promise.all(
    pages.map(async (page) => readOffers(await readFile(join(root, page), "utf8"), page)),
  );
  return offers.flat();
}

async function offersOfDefinition(root: string, { prices }: ShopDefinition): Promise<Offer[]> {
  const names = Object.keys(prices ?? {});
  if (names.length === 0) return [];
  const lines = (await readFile(join(root, SHOP_CONFIG), "utf8")).split("\n");
  return names.map((name) => {
    const index = lines.findIndex((line) =>
      new RegExp(`(?:^|[\\s{,"'])${escape(name)}["']?\\s*:`).test(line),
    );
    return { name, file: SHOP_CONFIG, line: index === -1 ? 1 : index + 1, printed: [] };
  });
}
