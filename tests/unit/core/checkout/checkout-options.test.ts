import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { afterEach, expect, test } from "vitest";

import { parseShopDefinition } from "../../../../core/shop-definition/parse.ts";
import type { CheckoutOptions, ShopDefinition } from "../../../../core/shop-definition/shop-definition.ts";
import { SHIPPING_COUNTRIES } from "../../../../core/shop-definition/shipping-countries.ts";
import { purchase } from "../../../support/purchase.ts";
import { siteOf } from "../../../support/test-site.ts";
import { openTestShop, type TestShop } from "../../../support/test-shop.ts";

let shop: TestShop | undefined;
afterEach(() => shop?.close());

/** Buys at a shop with this definition; resolves to the status and to what Stripe was asked. */
async function buy(definition: ShopDefinition, price = "price_poster_a2", quantity = 1) {
  shop = openTestShop({ site: siteOf(parseShopDefinition(definition)) });
  const response = await shop.app.createCheckoutSession(purchase({ price_id: price, quantity }));
  const asked =
    shop.stripe.calls().findLast(({ path }) => path === "/v1/checkout/sessions")?.parameters ?? {};
  return { status: response.status, asked };
}

const EVERYTHING: CheckoutOptions = {
  automaticTax: true,
  taxIds: true,
  shipping: {
    countries: ["DE", "FR"],
    rates: [
      { name: "Letter", amountMinor: 490, currency: "eur", delivery: { min: 2, max: 4 } },
      { name: "At the studio", amountMinor: 0, currency: "eur" },
    ],
  },
  promotionCodes: true,
  phone: true,
  termsConsent: true,
  customFields: [
    { key: "engraving", label: "Engraving", kind: "text", maxLength: 20, optional: true },
    { key: "year", label: "Year", kind: "number" },
    { key: "paper", label: "Paper", kind: "choice", choices: [{ value: "matt", label: "Matt" }] },
  ],
  adjustableQuantity: true,
  billingAddress: "required",
};

const ONE_RATE: CheckoutOptions["shipping"] = {
  countries: ["DE"],
  rates: [{ name: "Letter", amountMinor: 490, currency: "eur" }],
};

test("every option of shop.config.ts becomes its parameter at Stripe, and Stripe accepts it", async () => {
  const { status, asked } = await buy({ checkout: EVERYTHING });
  expect(status).toBe(200);
  expect(asked).toMatchObject({
    automatic_tax: { enabled: "true" },
    tax_id_collection: { enabled: "true" },
    shipping_address_collection: { allowed_countries: { 0: "DE", 1: "FR" } },
    shipping_options: {
      0: {
        shipping_rate_data: {
          type: "fixed_amount",
          display_name: "Letter",
          fixed_amount: { amount: "490", currency: "eur" },
          delivery_estimate: {
            minimum: { unit: "business_day", value: "2" },
            maximum: { unit: "business_day", value: "4" },
          },
        },
      },
      1: { shipping_rate_data: { display_name: "At the studio", fixed_amount: { amount: "0" } } },
    },
    allow_promotion_codes: "true",
    phone_number_collection: { enabled: "true" },
    consent_collection: { terms_of_service: "required" },
    custom_fields: {
      0: {
        key: "engraving",
        label: { type: "custom", custom: "Engraving" },
        type: "text",
        optional: "true",
        text: { maximum_length: "20" },
      },
      1: { key: "year", type: "numeric", optional: "false" },
      2: { key: "paper", type: "dropdown", dropdown: { options: { 0: { value: "matt", label: "Matt" } } } },
    },
    billing_address_collection: "required",
    line_items: { 0: { adjustable_quantity: { enabled: "true", minimum: "1", maximum: "99" } } },
  });
});

test("a shop without options sends none of them", async () => {
  const { asked } = await buy({});
  expect(Object.keys(asked).toSorted()).toEqual([
    "cancel_url",
    "expires_at",
    "line_items",
    "managed_payments",
    "metadata",
    "mode",
    "payment_intent_data",
    "success_url",
  ]);
});

test("a price's own options replace the shop's, one by one", async () => {
  const { asked } = await buy({
    checkout: { shipping: { countries: ["DE"] }, phone: true, promotionCodes: true },
    prices: { poster_a2: { checkout: { shipping: false, phone: false } } },
  });
  expect(asked).not.toHaveProperty("shipping_address_collection");
  expect(asked).not.toHaveProperty("phone_number_collection");
  expect(asked).toHaveProperty("allow_promotion_codes");
});

test.for<[CheckoutOptions["adjustableQuantity"], number, number, { minimum: string; maximum: string }]>([
  [true, 10, 1, { minimum: "1", maximum: "10" }],
  [{ min: 2, max: 5 }, 10, 3, { minimum: "2", maximum: "5" }],
  // The quantity chosen on the page must stay possible.
  [{ min: 2, max: 5 }, 10, 1, { minimum: "1", maximum: "5" }],
  [{ max: 5 }, 10, 8, { minimum: "1", maximum: "8" }],
  // Never more than one order may hold.
  [{ max: 500 }, 10, 1, { minimum: "1", maximum: "10" }],
])(
  "B13: %j of at most %i, with %i chosen, may be adjusted within %j",
  async ([adjustableQuantity, maxQuantity, quantity, range]) => {
    const { status, asked } = await buy(
      { prices: { poster_a2: { maxQuantity, checkout: { adjustableQuantity } } } } as ShopDefinition,
      "price_poster_a2",
      quantity,
    );
    expect(status).toBe(200);
    expect(asked).toMatchObject({
      line_items: { 0: { adjustable_quantity: { enabled: "true", ...range } } },
    });
  },
);

test("B14: an order holds what was paid, not what was asked for: quantity and total are those of the payment page", async () => {
  await buy({ checkout: { adjustableQuantity: true, shipping: ONE_RATE } });
  if (shop === undefined) throw new Error("there is no shop");
  const [orderId = ""] = Object.keys(shop.stripe.state().checkoutSessions);
  shop.stripe.buyer.pay(orderId, { quantity: 3 });
  expect((await shop.notify(orderId)).status).toBe(200);
  expect(await shop.store.readSnapshot(orderId)).toMatchObject({
    items: [{ priceId: "price_poster_a2", quantity: 3, amountMinor: 9600 }],
    totalMinor: 10_090,
  });
  expect((await shop.status(orderId)).body).toMatchObject({ state: "fulfilled", totalMinor: 10_090 });
  expect(shop.mails[0]?.text).toContain("Total  €100.90");
});

test("B14: a price that rises after the checkout was opened does not change the order", async () => {
  await buy({});
  if (shop === undefined) throw new Error("there is no shop");
  const [orderId = ""] = Object.keys(shop.stripe.state().checkoutSessions);
  const price = shop.stripe.state().prices["price_poster_a2"];
  if (price === undefined) throw new Error("the catalog has no poster");
  Object.assign(price, { unit_amount: 9_900, unit_amount_decimal: "9900" });
  shop.stripe.buyer.pay(orderId);
  await shop.notify(orderId);
  expect(await shop.store.readSnapshot(orderId)).toMatchObject({ totalMinor: 3200 });
});

test("a subscription takes all options but shipping rates, which Stripe refuses; the buyer is not told why", async () => {
  const { shipping, ...others } = EVERYTHING;
  const subscription = "price_almanac_monthly";
  expect((await buy({ checkout: { ...others, shipping: { countries: ["DE"] } } }, subscription)).status).toBe(
    200,
  );
  shop?.close();
  expect((await buy({ checkout: { shipping: shipping as never } }, subscription)).status).toBe(502);
});

test("the countries of shop.config.ts are those that Stripe's own types list", () => {
  const sdk = createRequire(import.meta.url).resolve("stripe");
  const types = readFileSync(join(dirname(sdk), "resources/Checkout/Sessions.d.ts"), "utf8");
  const [, listed = ""] =
    /namespace SessionCreateParams [^]*type AllowedCountry = ([^;]+);/.exec(types) ?? [];
  const codes = [...listed.matchAll(/'([A-Z]{2})'/g)].map(([, code = ""]) => code);
  expect(codes.length).toBeGreaterThan(200);
  expect([...SHIPPING_COUNTRIES].toSorted()).toEqual(codes.toSorted());
});
