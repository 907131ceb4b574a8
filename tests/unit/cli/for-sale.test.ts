import { expect, test } from "vitest";

import { forSale } from "../../../cli/build/for-sale.ts";

const poster = { known: { id: "price_1A", lookupKey: "poster", mode: "payment", livemode: false } } as const;
const ebook = { known: { id: "price_2B", mode: "payment", livemode: false } } as const;

test("a price that is named by both its id and its lookup key is one price", () => {
  expect(forSale({ prices: { poster, price_1A: poster } })).toBe("1 price");
  expect(forSale({ prices: { poster, price_1A: poster, price_2B: ebook } })).toBe("2 prices");
});

test("until Stripe has been asked, it counts names and says so", () => {
  expect(forSale({ prices: { poster: {} } })).toBe("the price of 1 id or lookup key");
  expect(forSale({ prices: { poster: {}, price_1A: {} } })).toBe("the prices of 2 ids and lookup keys");
});
