import { afterEach, expect, test } from "vitest";

import type { OrderSnapshot } from "../../../../core/orders/order.ts";
import type { ShopDefinition } from "../../../../core/shop-definition/shop-definition.ts";
import type { Site } from "../../../../core/shop-definition/site.ts";
import { purchase } from "../../../support/purchase.ts";
import { siteOf } from "../../../support/test-site.ts";
import { openTestShop, type TestShop } from "../../../support/test-shop.ts";

let shop: TestShop;
afterEach(() => shop.close());

const PRICES: NonNullable<ShopDefinition["prices"]> = {
  app_license: { deliver: [{ kind: "license", product: "ebb" }] },
  ebook_tides: { deliver: [{ kind: "link", name: "The Tide Reader", url: "https://files.example/tides" }] },
};
const KEY = `lsk1_20260101_${Buffer.alloc(32, "added lines").toString("base64url")}`;

/** What the build has learned from Stripe, as of now. */
function built(definition: ShopDefinition): Site {
  const { shop: config, catalog } = siteOf(definition);
  const prices = Object.keys(catalog.prices).map((name) => {
    const id = name.startsWith("price_") ? name : `price_${name}`;
    const mode = id.includes("monthly") ? "subscription" : "payment";
    return [name, { known: { id, mode, livemode: false, lookupKey: id.slice("price_".length) } }] as const;
  });
  return { shop: config, catalog: { prices: Object.fromEntries(prices) } };
}

function open(
  engine: "stripe" | "memory",
  definition: ShopDefinition = { prices: PRICES },
  site?: Site,
): void {
  shop = openTestShop({
    engine,
    site: site ?? siteOf(definition),
    environment: {
      LICENSE_PRIVATE_KEY: KEY,
      OWNER_EMAIL: "owner@shop.example",
      SMTP_URL: "smtp://localhost",
      MAIL_FROM: "shop@shop.example",
    },
  });
}

async function snapshotOf(orderId: string): Promise<OrderSnapshot | undefined> {
  const own = await shop.store.readSnapshot(orderId);
  if (own !== undefined) return own;
  const { servicesOf } = await import("../../../support/test-shop.ts");
  return (await servicesOf(shop, { storage: undefined })).store.readSnapshot(orderId);
}

const toBuyer = () => shop.mails.find(({ to }) => to === "jenny.rosen@example.com")?.text ?? "";
const toOwner = () => shop.mails.find(({ to }) => to === "owner@shop.example")?.text ?? "";
const keysIn = (text: string) => text.match(/TESTLICENSE1-[\w.-]+/g) ?? [];

for (const engine of ["stripe", "memory"] as const) {
  test(`B28: a cross-sell is delivered as itself, and the opened line once (${engine} engine)`, async () => {
    open(engine);
    const orderId = await shop.openSession("app_license");
    shop.stripe.buyer.pay(orderId, { adds: [{ price: "price_ebook_tides" }] });
    await shop.notify(orderId);
    expect(keysIn(toBuyer())).toHaveLength(1);
    expect(toBuyer()).toContain("https://files.example/tides");
    expect((await snapshotOf(orderId))?.items).toMatchObject([
      { priceId: "price_app_license", lookupKey: "app_license" },
      { priceId: "price_ebook_tides", lookupKey: "ebook_tides", addedAtCheckout: true },
    ]);
    expect(toOwner()).not.toContain("Stripe's page added");
  });

  test(`B29: an upsell replaces the opened line: the buyer gets only the upsell (${engine} engine)`, async () => {
    open(engine);
    const orderId = await shop.openSession("app_license");
    shop.stripe.buyer.pay(orderId, { exchanges: { price_app_license: "price_ebook_tides" } });
    await shop.notify(orderId);
    expect(keysIn(toBuyer())).toEqual([]);
    expect(toBuyer()).toContain("https://files.example/tides");
  });

  test(`B30: a line that shop.config.ts does not know delivers nothing, and the owner is told (${engine} engine)`, async () => {
    open(engine);
    const orderId = await shop.openSession("app_license");
    shop.stripe.buyer.pay(orderId, { adds: [{ price: "price_poster_a2", quantity: 2 }] });
    await shop.notify(orderId);
    expect(keysIn(toBuyer())).toHaveLength(1);
    expect(toOwner()).toContain(
      `Stripe's page added "Tide chart poster, A2" (price_poster_a2), a cross-sell or an upsell from your dashboard. shop.config.ts does not list it, so the shop delivered nothing for it`,
    );
  });

  test(`B31: a lookup key that moves to another price takes nothing from earlier buyers, however they bought (${engine} engine)`, async () => {
    open(engine, {}, built({ prices: PRICES }));
    const orders = [];
    for (const name of ["app_license", "price_app_license"]) {
      const orderId = await shop.openSession(name);
      shop.stripe.buyer.pay(orderId, { adds: [{ price: "price_ebook_tides" }] });
      await shop.notify(orderId);
      orders.push(orderId);
    }
    const before = await Promise.all(orders.map(snapshotOf));
    expect(before[0]?.items).toMatchObject([{ lookupKey: "app_license" }, { lookupKey: "ebook_tides" }]);
    expect(before[1]?.items).toMatchObject([{ lookupKey: "app_license" }, { lookupKey: "ebook_tides" }]);
    shop.stripe.account.moveLookupKey("app_license", "price_poster_a2");
    shop.stripe.account.moveLookupKey("ebook_tides", "price_print_deposit");
    expect(await Promise.all(orders.map(snapshotOf))).toEqual(before);
  });
}

/** A session as an older version opened it, which noted only the name of the opened price. */
async function openFromBefore(): Promise<string> {
  const orderId = await shop.openSession("app_license");
  const session = shop.stripe.state().checkoutSessions[orderId];
  if (session === undefined) throw new Error(`There is no session ${orderId}.`);
  session.metadata = { static_checkout: "1", static_checkout_price: "app_license" };
  return orderId;
}

test("B32: an order of several lines that is older than the note of the opened price delivers nothing twice", async () => {
  open("memory");
  const orderId = await openFromBefore();
  shop.stripe.buyer.pay(orderId, { adds: [{ price: "price_ebook_tides" }] });
  await shop.notify(orderId);
  expect(keysIn(toBuyer())).toHaveLength(1);
  expect(toBuyer()).toContain("https://files.example/tides");
});

test("B32: … nor after its lookup key has moved: the first line counts as the opened one", async () => {
  open("memory");
  const orderId = await openFromBefore();
  shop.stripe.buyer.pay(orderId, { adds: [{ price: "price_ebook_tides" }] });
  shop.stripe.account.moveLookupKey("app_license", "price_print_deposit");
  await shop.notify(orderId);
  expect((await snapshotOf(orderId))?.items).toMatchObject([
    { priceId: "price_app_license", lookupKey: "app_license" },
    { priceId: "price_ebook_tides", lookupKey: "ebook_tides" },
  ]);
});

/** The price that the build knew is archived, and its lookup key names another one. */
async function buyAfterMove(definition: ShopDefinition) {
  open("memory", {}, built(definition));
  const { prices } = shop.stripe.state();
  if (prices["price_app_license"]) prices["price_app_license"].active = false;
  shop.stripe.account.moveLookupKey("app_license", "price_ebook_tides");
  return shop.app.createCheckoutSession(purchase({ price_id: "app_license" }));
}

const deliver = [{ kind: "text", name: "Thanks", text: "Enjoy." }] as const;

test("B33: a price behind a moved lookup key is not sold while its settings are still under the old price's id", async () => {
  const response = await buyAfterMove({
    prices: { app_license: {}, price_app_license: { deliver, maxQuantity: 1 } },
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { code: "price_not_for_sale" } });
  expect(shop.log).toContainEqual(
    expect.objectContaining({
      event: "lookup_key_moved",
      price: "app_license",
      priceId: "price_ebook_tides",
      fix: expect.stringContaining("deliver, maxQuantity in shop.config.ts are set for price_app_license"),
    }),
  );
  expect(shop.stripe.state().checkoutSessions).toEqual({});
});

test.for<ShopDefinition>([
  { prices: { app_license: { deliver } } },
  { prices: { app_license: {}, price_app_license: { deliver }, price_ebook_tides: { deliver } } },
  { prices: { app_license: {}, price_app_license: {} } },
])("B33: the price is sold when its settings follow the key: %j", async (definition) => {
  expect((await buyAfterMove(definition)).status).toBe(200);
});
