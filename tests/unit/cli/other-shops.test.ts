import { afterEach, beforeEach, expect, test } from "vitest";

import { parsePlace } from "../../../core/config/place.ts";
import { createStripeClient } from "../../../core/stripe/client.ts";
import { realRuntime } from "../../../core/runtime.ts";
import { findOtherShops, otherShopsIfTold } from "../../../cli/site/other-shops.ts";
import { CANARY_KEYS } from "../../support/canaries.ts";
import { siteOf } from "../../support/test-site.ts";
import { openTestShop, type TestShop } from "../../support/test-shop.ts";

const HOUR_MS = 3_600_000;
const POSTERS = siteOf({}, [{ prices: [{ id: "price_poster_a2" }] }]);

let shop: TestShop;
beforeEach(() => {
  shop = openTestShop({ site: POSTERS });
});
afterEach(() => shop.close());

const client = () => {
  const access = { secretKey: CANARY_KEYS.stripe, livemode: false, apiBase: undefined };
  return createStripeClient(access, { ...realRuntime(), fetch: shop.stripe.fetch });
};

async function sellAt(address: string, price = "price_poster_a2", shopId = "1"): Promise<void> {
  const { id } = await client().checkout.sessions.create({
    mode: "payment",
    line_items: [{ price, quantity: 1 }],
    success_url: `${address}/success.html`,
    metadata: { static_checkout: shopId, static_checkout_site: address, static_checkout_price_id: price },
  });
  shop.stripe.buyer.pay(id);
  shop.clock.nowMs += HOUR_MS;
}

const look = (environment: Record<string, string> = {}, livemode = true) => {
  const place = parsePlace({ SITE_URL: "https://shop.example", NODE_ENV: "production", ...environment });
  if (place === undefined) throw new Error("the shop has an address");
  return findOtherShops(client(), POSTERS, place, { livemode, nowMs: shop.clock.nowMs });
};

test("E22: a second shop without a name that sells the same prices at the same time is asked for SHOP_ID", async () => {
  await sellAt("https://shop.example");
  await sellAt("https://other.example");
  const { problems, warnings } = await look();
  expect(warnings).toEqual([]);
  expect(problems).toEqual([
    "Your Stripe account has recent orders of a shop without SHOP_ID at other.example, besides those at shop.example. Both sell the same prices at the same time, and nothing tells their orders apart, so that both would deliver: give each shop a name, SHOP_ID=… (letters and digits, such as prints), in the environment variables of its host, and deploy both. What each has sold so far stays its own. If other.example is this very shop by another name, put it into ALLOWED_ORIGINS instead.",
  ]);
  // Previews and developers buy in test mode.
  expect(await look({}, false)).toEqual({ problems: [], warnings: problems });
});

test("E22: a former address is not a problem, and the sentence says that there is nothing to do", async () => {
  await sellAt("https://old.example");
  await sellAt("https://old.example");
  await sellAt("https://shop.example");
  const { problems, warnings } = await look();
  expect(problems).toEqual([]);
  expect(warnings).toEqual([
    expect.stringContaining("If old.example is the former address of this shop, there is nothing to do"),
  ]);
});

test("E22: a second shop that sells other things delivers its own, which is worth a warning", async () => {
  await sellAt("https://shop.example");
  await sellAt("https://prints.example", "price_print_deposit");
  const { problems, warnings } = await look();
  expect(problems).toEqual([]);
  expect(warnings).toEqual([
    expect.stringContaining("They sell other prices, so that each delivers its own."),
  ]);
});

test("E22: says nothing about the shop's own addresses, shops with names or other channels, or if the shop has a name", async () => {
  await sellAt("https://shop.example");
  await sellAt("https://www.shop.example");
  await sellAt("http://localhost:8888");
  await sellAt("https://blog.example");
  await sellAt("https://staging.example", "price_poster_a2", "staging");
  await sellAt("https://elsewhere.example", "price_poster_a2", "");
  const nothing = { problems: [], warnings: [] };
  expect(await look({ ALLOWED_ORIGINS: "https://blog.example" })).toEqual(nothing);
  expect((await look()).problems).toHaveLength(1);
  expect(await look({ SHOP_ID: "tide" })).toEqual(nothing);
  expect(await look({ CONTEXT: "deploy-preview" })).toEqual(nothing);
});

test("E22: prices are compared even when Stripe does not list sessions", async () => {
  expect(await otherShopsIfTold(() => Promise.reject(new Error("no connection")))).toEqual({
    problems: [],
    warnings: ["Stripe could not be asked whether another shop sells on this account: no connection"],
  });
});
