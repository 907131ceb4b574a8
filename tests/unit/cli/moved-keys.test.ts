import type Stripe from "stripe";
import { expect, test } from "vitest";

import type { ShopDefinition } from "../../../core/shop-definition/shop-definition.ts";
import { checkMovedKeys } from "../../../cli/site/moved-keys.ts";

const deliver = [{ kind: "text", name: "Thanks", text: "Enjoy." }] as const;

/** A page sells `ebook`, which now names price_new; price_old is a price of the same product. */
function judge(
  prices: ShopDefinition["prices"],
  page: readonly string[] = ["ebook"],
  oldKey: string | null = null,
) {
  const offers = [
    ...page.map((name) => ({ name, file: "public/index.html", line: 2, printed: [] })),
    ...Object.keys(prices ?? {}).map((name) => ({ name, file: "shop.config.ts", line: 5, printed: [] })),
  ];
  const answers = new Map(
    offers.map(({ name }) => {
      const isOld = name === "price_old";
      const price = {
        id: isOld ? "price_old" : "price_new",
        lookup_key: isOld ? oldKey : "ebook",
        product: "prod_1",
      };
      return [name, { kind: "price", price: price as unknown as Stripe.Price }] as const;
    }),
  );
  const shop: ShopDefinition = prices === undefined ? {} : { prices };
  return checkMovedKeys({ shop, catalog: { prices: {} }, offers }, answers);
}

test("B34: a lookup key that moved away from settings under the old price's id is named, with its line and what to do", () => {
  expect(judge({ price_old: { deliver, maxQuantity: 1 } })).toEqual([
    'shop.config.ts:5: deliver, maxQuantity are set for "price_old", which no page offers. The lookup key "ebook" names another price of that product, price_new, which would be sold without them. If the key has moved to that price, put the settings under "ebook"; if it needs none of them, add "ebook": {}.',
  ]);
});

test("B34: a lookup key is not named if the settings follow it, or if two prices of a product are meant", () => {
  expect(judge({ ebook: { deliver } })).toEqual([]);
  expect(judge({ price_old: { deliver }, ebook: {} })).toEqual([]);
  expect(judge({ price_old: {} })).toEqual([]);
  expect(judge({ price_old: { deliver } }, ["ebook", "price_old"])).toEqual([]);
  expect(judge({ price_old: { deliver } }, ["ebook"], "ebook-deluxe")).toEqual([]);
});
