import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { readCatalogFile } from "../../../simulator/catalog-file.ts";
import { parseCatalog } from "../../../simulator/catalog.ts";

const price = { id: "price_a", amountMinor: 100, currency: "eur" };
const withPrice = (change: object) => ({ products: [{ name: "Poster", prices: [{ ...price, ...change }] }] });

test("holds exactly the demo shop's prices", () => {
  const prices = readCatalogFile().products.flatMap((product) => product.prices);
  expect(
    prices.map(({ id, amountMinor, currency, interval }) => [id, amountMinor, currency, interval]),
  ).toEqual([
    ["price_poster_a2", 3200, "eur", undefined],
    ["price_ebook_tides", 1400, "eur", undefined],
    ["price_app_license", 2900, "eur", undefined],
    ["price_almanac_monthly", 600, "eur", "month"],
    ["price_print_deposit", 9500, "eur", undefined],
  ]);
});

test("has a picture for every product", () => {
  for (const { image = "" } of readCatalogFile().products) {
    expect(existsSync(new URL(`../../../public${image}`, import.meta.url)), image).toBe(true);
  }
});

test.each([
  [[], "simulator/catalog.json: the whole file must be an object"],
  [{ products: {} }, '"products" must be a list'],
  [{ products: [{ prices: [price] }] }, 'products[0] needs a "name"'],
  [{ products: [{ name: "Poster", prices: [] }] }, 'products[0] ("Poster") needs "prices"'],
  [{ products: [{ name: "Poster", price: 3, prices: [price] }] }, '"price" is not known here'],
  [withPrice({ id: "poster" }), 'needs an "id" that begins with "price_"'],
  [withPrice({ amountMinor: 14.5 }), "14.00 euro"],
  [withPrice({ amountMinor: "1400" }), 'needs "amountMinor"'],
  [withPrice({ currency: "EUR" }), "three small letters"],
  [withPrice({ interval: "monthly" }), "must be one of day, week, month, year"],
  [withPrice({ active: "yes" }), '"active" must be true or false'],
  [{ products: [{ name: "A", prices: [price, price] }] }, 'the id "price_a" is used twice'],
])("says what is wrong with %j", (catalog, message) => {
  expect(() => parseCatalog(catalog)).toThrow(message);
});

test("names the file that cannot be read", () => {
  expect(() => readCatalogFile("nowhere.json")).toThrow("nowhere.json cannot be read. Check the path.");
});
