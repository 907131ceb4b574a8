import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { createApp, type App } from "../../../core/app.ts";
import type { Handler } from "../../../core/http/route.ts";
import type { Site } from "../../../core/shop-definition/site.ts";
import { createLiveApp } from "../../../cli/dev/live-app.ts";
import { SiteError } from "../../../cli/site/site-error.ts";

let root: string;
let opened: Site[];
let printed: string[];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "static-checkout-live-"));
  opened = [];
  printed = [];
  await mkdir(join(root, "public"));
  for (const page of ["success.html", "canceled.html"]) await writeFile(join(root, page), "<p>Thanks</p>");
  await sell("price_1");
});
afterEach(() => rm(root, { recursive: true }));

const sell = (name: string) =>
  writeFile(join(root, "public/index.html"), `<button data-price-id="${name}">Buy</button>`);

const open = (site: Site): App => {
  opened.push(site);
  return createApp({}, site, { log: { info: () => {}, warn: () => {}, error: () => {} } });
};

const click = (functions: Handler) =>
  functions(new Request("https://shop.example/api/create-checkout-session", { method: "POST" }));

const forSale = () => Object.keys(opened.at(-1)?.catalog.prices ?? {});

test("an edited page's offers are for sale at the next click, and nothing is reloaded without an edit", async () => {
  const functions = await createLiveApp(root, (text) => printed.push(text), open);
  await click(functions);
  expect(opened).toHaveLength(1);
  await sell("price_2");
  await click(functions);
  await click(functions);
  expect(opened).toHaveLength(2);
  expect(forSale()).toEqual(["price_2"]);
});

test("an edited shop.config.ts is followed, too; while it is wrong, the shop says so and sells what it sold before", async () => {
  const config = join(root, "shop.config.ts");
  await writeFile(config, "export default { prices: { price_2: {} } };");
  const functions = await createLiveApp(root, (text) => printed.push(text), open);
  await writeFile(config, "export default { pricess: {} };");
  await utimes(config, 1, 1);
  await click(functions);
  expect(printed).toEqual(["shop.config.ts: pricess is not known here. Is it misspelled?"]);
  expect(forSale()).toEqual(["price_1", "price_2"]);
  await writeFile(config, "export default { prices: { price_3: { maxQuantity: 2 } } };");
  await utimes(config, 2, 2);
  await click(functions);
  expect(forSale()).toEqual(["price_1", "price_3"]);
});

test("a page that is wrong from the start is reported, not served", async () => {
  await sell("{{ price }}");
  await expect(createLiveApp(root, (text) => printed.push(text), open)).rejects.toThrow(SiteError);
});
