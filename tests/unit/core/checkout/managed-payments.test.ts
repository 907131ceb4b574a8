import { afterEach, expect, test } from "vitest";

import { parseShopDefinition } from "../../../../core/shop-definition/parse.ts";
import type { ShopDefinition } from "../../../../core/shop-definition/shop-definition.ts";
import { purchase } from "../../../support/purchase.ts";
import { siteOf } from "../../../support/test-site.ts";
import { openTestShop, type TestShop } from "../../../support/test-shop.ts";

let shop: TestShop;
afterEach(() => shop.close());

/** A shop of a newer account, where Managed Payments is on unless a request says no. */
function openNewShop(definition: ShopDefinition = {}): void {
  shop = openTestShop({ site: siteOf(parseShopDefinition(definition)), managedPaymentsByDefault: true });
}

const buy = (price: string) => shop.app.createCheckoutSession(purchase({ price_id: price, quantity: 1 }));
const asked = () =>
  shop.stripe.calls().findLast(({ path, method }) => path === "/v1/checkout/sessions" && method === "POST")
    ?.parameters;
const session = () => Object.values(shop.stripe.state().checkoutSessions).at(-1);

function giveTaxCode(price: string, taxCode: string): void {
  const { prices, products } = shop.stripe.state();
  const product = products[prices[price]?.product ?? ""];
  if (product === undefined) throw new Error(`the catalog has no ${price}`);
  product.tax_code = taxCode;
}

const refusals = () => shop.log.filter(({ event }) => event === "managed_payments_refused");

test("B26: a shop with a newer account sells everything itself: Managed Payments is switched off in every request", async () => {
  openNewShop({ checkout: { shipping: { countries: ["DE"] }, automaticTax: true } });
  for (const price of ["price_poster_a2", "price_almanac_monthly"]) {
    expect((await buy(price)).status).toBe(200);
    expect(asked()).toMatchObject({ managed_payments: { enabled: "false" } });
  }
  expect(session()).toMatchObject({ managed_payments: { enabled: false }, amount_total: 600 });
});

test("B26: a single price may be sold by Link, with its tax, in a shop that sells the rest itself", async () => {
  openNewShop({ prices: { price_ebook_tides: { checkout: { managedPayments: true } } } });
  giveTaxCode("price_ebook_tides", "txcd_10302000");
  expect((await buy("price_ebook_tides")).status).toBe(200);
  expect(session()).toMatchObject({ managed_payments: { enabled: true }, amount_total: 1526 });
  expect((await buy("price_poster_a2")).status).toBe(200);
  expect(session()).toMatchObject({ managed_payments: { enabled: false }, amount_total: 3200 });
});

test.for([
  [{ automaticTax: true }, undefined, "automatic_tax cannot be used with Managed Payments."],
  [{ shipping: { countries: ["DE"] } }, undefined, "shipping_address_collection cannot be used with"],
  [{}, undefined, "Invalid line_items[0]: the product tax code is missing."],
  [{}, "txcd_99999999", "the product tax code txcd_99999999 is not eligible for Managed Payments."],
] as const)(
  "B27: when Stripe refuses %j with the tax code %s under Managed Payments, the log explains it and no buyer reads it",
  async ([options, taxCode, sentence]) => {
    openNewShop({ checkout: { ...options, managedPayments: true } });
    if (taxCode !== undefined) giveTaxCode("price_ebook_tides", taxCode);
    const response = await buy("price_ebook_tides");
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ error: { code: "checkout_refused" } });
    expect(refusals()).toEqual([
      expect.objectContaining({
        level: "error",
        error: expect.stringContaining(sentence),
        fix: expect.stringContaining("remove `managedPayments`"),
      }),
    ]);
  },
);

test("B27: Stripe's sentence about its default is recognized as well", async () => {
  openNewShop();
  // As if an older version asked, which does not send the parameter.
  shop.stripe.faults.beforeApi = async (request) => {
    if (request.method !== "POST") return undefined;
    const body = new URLSearchParams(await request.text());
    body.delete("managed_payments[enabled]");
    body.set("custom_text[submit][message]", "Thanks");
    shop.stripe.faults.beforeApi = undefined;
    return shop.stripe.handleApi(
      new Request(request.url, { method: "POST", headers: request.headers, body }),
    );
  };
  expect((await buy("price_ebook_tides")).status).toBe(502);
  expect(refusals()).toEqual([
    expect.objectContaining({
      error: expect.stringContaining(
        "custom_text cannot be used with Managed Payments, which is enabled by default on your account. Remove custom_text, or pass managed_payments[enabled]=false to disable it for this request.",
      ),
    }),
  ]);
});
