import { afterEach, expect, test } from "vitest";

import { NonRetriableError } from "../../../../core/retry/errors.ts";
import { createDeadline } from "../../../../core/retry/deadline.ts";
import { settleOrder } from "../../../../core/orders/settle-order.ts";
import { reconcile } from "../../../../core/reconciliation/reconcile.ts";
import { readWaiting } from "../../../../core/stores/waiting-orders.ts";
import { readProgress } from "../../../../core/reconciliation/watermark.ts";
import type { Services } from "../../../../core/services.ts";
import { createMemoryStorage } from "../../../../core/stores/memory-storage.ts";
import { purchase } from "../../../support/purchase.ts";
import { siteOf } from "../../../support/test-site.ts";
import { servicesOf, openTestShop, type TestShop } from "../../../support/test-shop.ts";

const HOUR_MS = 3_600_000;

let shop: TestShop;
let services: Services;
let other: Services;
afterEach(() => shop.close());

/** The shop, and another one that sells through the same Stripe account. */
async function openBoth(send: () => Promise<void> = async () => undefined): Promise<void> {
  shop = openTestShop({ engine: "stripe" });
  services = await servicesOf(shop, { storage: undefined, mailer: { send } });
  other = await servicesOf(
    shop,
    { storage: undefined },
    {
      SHOP_ID: "staging",
      SITE_URL: "https://staging.example",
    },
  );
}

const run = (who: Services) =>
  reconcile(
    createDeadline(() => shop.clock.nowMs, HOUR_MS),
    who,
  );

test("A25: the runs of one shop do not move the marks of the other: a change that only an event tells is found", async () => {
  await openBoth();
  const orderId = await shop.openSession("price_almanac_monthly");
  shop.stripe.buyer.pay(orderId);
  await run(services);
  shop.clock.nowMs += 20 * HOUR_MS;
  shop.stripe.account.cancelSubscription(shop.stripe.state().checkoutIntents[orderId]?.subscription ?? "");
  shop.clock.nowMs += 3 * HOUR_MS;
  expect((await run(other)).checked).toBe(0);
  shop.clock.nowMs += HOUR_MS;
  expect((await run(services)).repaired).toEqual([orderId]);
});

test("A31: another shop's payment that took weeks costs the run no time", async () => {
  await openBoth();
  const orderId = await shop.openSession("price_print_deposit");
  shop.stripe.buyer.pay(orderId, { delayed: "succeeds" });
  shop.stripe.account.settleDelayed(orderId);
  await run(other);
  shop.clock.nowMs += HOUR_MS / 6;
  expect((await run(other)).checked).toBe(0);
});

test("A25: an order that waits for its owner stays a problem of its own shop, not of the other", async () => {
  await openBoth(() => Promise.reject(new NonRetriableError("no such mailbox")));
  const orderId = await shop.openSession();
  shop.stripe.buyer.pay(orderId);
  const deadline = createDeadline(() => shop.clock.nowMs, HOUR_MS);
  expect(await settleOrder(orderId, "checkout", deadline, services)).toEqual({ kind: "needs_attention" });
  await run(services);
  expect((await run(other)).flagged).toEqual([]);
  expect((await readProgress(services.bookkeeping, shop.clock.nowMs))?.flagged).toBe(1);
  expect((await readProgress(other.bookkeeping, shop.clock.nowMs))?.flagged).toBe(0);
});

/** What a second shop without a name sells, at an address of its own. */
const PRINTS = [{ prices: [{ id: "price_print_deposit" }] }];
const POSTERS = [{ prices: [{ id: "price_poster_a2" }, { id: "price_almanac_monthly" }] }];

/** Two shops without names on one account: one sells posters at shop.example, the other prints at prints.example. */
async function openUnnamed(engine: "stripe" | "memory" = "stripe"): Promise<void> {
  shop = openTestShop({ engine, site: siteOf({}, POSTERS) });
  const own = engine === "stripe" ? { storage: undefined } : {};
  services = await servicesOf(shop, own, {}, siteOf({}, POSTERS));
  const replace = engine === "stripe" ? { storage: undefined } : { storage: createMemoryStorage() };
  other = await servicesOf(shop, replace, { SITE_URL: "https://prints.example" }, siteOf({}, PRINTS));
}

const settle = (who: Services, orderId: string) =>
  settleOrder(
    orderId,
    "checkout",
    createDeadline(() => shop.clock.nowMs, HOUR_MS),
    who,
  );

/** A paid session as a shop at this address opens it, now or in an older version. */
async function paidAt(siteUrl: string, price: string, note: Record<string, string> = {}): Promise<string> {
  const { id } = await services.stripe.checkout.sessions.create({
    mode: "payment",
    line_items: [{ price, quantity: 1 }],
    success_url: `${siteUrl}/success.html?session_id={CHECKOUT_SESSION_ID}`,
    metadata: { static_checkout: "1", ...note },
  });
  shop.stripe.buyer.pay(id);
  return id;
}

for (const engine of ["stripe", "memory"] as const) {
  test(`E18: two shops without a name each fulfill their own orders, and leave the other's alone (${engine} engine)`, async () => {
    await openUnnamed(engine);
    const poster = await shop.openSession("price_poster_a2");
    shop.stripe.buyer.pay(poster);
    const print = await paidAt("https://prints.example", "price_print_deposit");
    expect(await settle(other, poster)).toEqual({ kind: "not_ours" });
    expect(await settle(services, print)).toEqual({ kind: "not_ours" });
    expect(await other.store.readControl(poster)).toBeUndefined();
    await run(services);
    await run(other);
    expect(await services.store.readControl(print)).toBeUndefined();
    expect(await settle(services, poster)).toEqual({ kind: "fulfilled" });
    expect(await settle(other, print)).toEqual({ kind: "fulfilled" });
    expect(shop.mails).toHaveLength(2);
    expect(await other.store.readSnapshot(poster)).toBeUndefined();
    // Here the other shop's own order has no record either.
    expect(await services.store.readControl(print)).toBeUndefined();
    expect((await shop.status(print)).status).toBe(404);
  });
}

for (const engine of ["stripe", "memory"] as const) {
  test(`E18 B28: a cross-sell of the other shop's price leaves the order with the shop that opened it (${engine} engine)`, async () => {
    await openUnnamed(engine);
    const orderId = await shop.openSession("price_poster_a2");
    shop.stripe.buyer.pay(orderId, { adds: [{ price: "price_print_deposit" }] });
    expect(await settle(other, orderId)).toEqual({ kind: "not_ours" });
    expect(await settle(services, orderId)).toEqual({ kind: "fulfilled" });
    expect(await settle(other, orderId)).toEqual({ kind: "not_ours" });
    expect(shop.mails).toHaveLength(1);
  });
}

test("E18: a run of one shop without a name hides nothing from another such shop", async () => {
  await openUnnamed();
  const poster = await shop.openSession("price_almanac_monthly");
  shop.stripe.buyer.pay(poster);
  await run(services);
  shop.clock.nowMs += 20 * HOUR_MS;
  shop.stripe.account.cancelSubscription(shop.stripe.state().checkoutIntents[poster]?.subscription ?? "");
  shop.clock.nowMs += 3 * HOUR_MS;
  await run(other);
  shop.clock.nowMs += HOUR_MS;
  expect((await run(services)).repaired).toEqual([poster]);
});

test("E18: an order that waits for its owner is not forgotten when another shop without a name runs", async () => {
  shop = openTestShop({ engine: "stripe", site: siteOf({}, POSTERS) });
  const refuses = { send: () => Promise.reject(new NonRetriableError("no such mailbox")) };
  services = await servicesOf(shop, { storage: undefined, mailer: refuses }, {}, siteOf({}, POSTERS));
  other = await servicesOf(
    shop,
    { storage: undefined },
    { SITE_URL: "https://prints.example" },
    siteOf({}, PRINTS),
  );
  const orderId = await shop.openSession();
  shop.stripe.buyer.pay(orderId);
  expect(await settle(services, orderId)).toEqual({ kind: "needs_attention" });
  await run(services);
  await run(other);
  expect(await readWaiting(services.bookkeeping)).toEqual([orderId]);
  expect(await readWaiting(other.bookkeeping)).toEqual([]);
});

test("E18: a note from before shops had notes of their own is not lost: the order still waits", async () => {
  await openUnnamed();
  await services.stripe.products.create({
    id: "static_checkout_bookkeeping_1",
    name: "bookkeeping",
    metadata: { orders_waiting: "3 cs_test_before", reconciliation: "7 1 2 3" },
  });
  expect(await readWaiting(services.bookkeeping)).toEqual(["cs_test_before"]);
  // The progress in it may have been the other shop's.
  expect(await readProgress(services.bookkeeping, shop.clock.nowMs)).toBeUndefined();
  expect(await services.bookkeeping.write("orders_waiting", 0, "cs_test_now")).toBe("written");
  expect(await readWaiting(services.bookkeeping)).toEqual(["cs_test_now"]);
});

for (const engine of ["stripe", "memory"] as const) {
  test(`E19: after the shop has moved to another address, its old orders, links and refunds still work (${engine} engine)`, async () => {
    shop = openTestShop({ engine });
    const before = await servicesOf(shop, engine === "stripe" ? { storage: undefined } : {});
    const orderId = await shop.openSession();
    shop.stripe.buyer.pay(orderId);
    expect(await settle(before, orderId)).toEqual({ kind: "fulfilled" });
    const unsettled = await shop.openSession();
    shop.stripe.buyer.pay(unsettled);
    services = before;
    const old = await paidAt("https://shop.example", "price_ebook_tides");

    const moved = { SITE_URL: "https://new.example" };
    const after = await servicesOf(shop, engine === "stripe" ? { storage: undefined } : {}, moved);
    shop.stripe.account.refund(String(shop.stripe.state().checkoutSessions[orderId]?.payment_intent));
    expect(await settle(after, orderId)).toEqual({ kind: "fulfilled" });
    expect((await after.store.readControl(orderId))?.control).toMatchObject({
      mirror: { fullyRefunded: true },
      steps: { mail: { attempts: 1 } },
    });
    for (const late of [unsettled, old]) expect(await settle(after, late)).toEqual({ kind: "fulfilled" });
    expect(await after.store.readSnapshot(orderId)).toMatchObject({ orderId, totalMinor: 3200 });
    expect(shop.mails).toHaveLength(3);
  });
}

test("E19: a run of the moved shop finds what an older version sold at the former address without a note", async () => {
  shop = openTestShop();
  services = await servicesOf(shop, {}, { SITE_URL: "https://new.example" });
  const orderId = await paidAt("https://shop.example", "price_ebook_tides");
  expect((await run(services)).repaired).toEqual([orderId]);
  expect(shop.mails).toHaveLength(1);
});

test.for<[string, Record<string, string>]>([
  ["another address", {}],
  ["another address and is given a name", { SHOP_ID: "tide" }],
])(
  "E19: an order that waits for its owner is not forgotten when the shop moves to %s",
  async ([, environment]) => {
    shop = openTestShop({ engine: "stripe" });
    const refuses = { send: () => Promise.reject(new NonRetriableError("no such mailbox")) };
    services = await servicesOf(shop, { storage: undefined, mailer: refuses });
    const orderId = await shop.openSession();
    shop.stripe.buyer.pay(orderId);
    expect(await settle(services, orderId)).toEqual({ kind: "needs_attention" });
    await run(services);
    const { stripe } = services;
    await stripe.products.update("static_checkout_bookkeeping_1", {
      metadata: { orders_waiting: "3 cs_test_before" },
    });

    const moved = {
      SITE_URL: "https://new.example",
      ALLOWED_ORIGINS: "https://shop.example",
      ...environment,
    };
    const after = await servicesOf(shop, { storage: undefined }, moved);
    expect(await readWaiting(after.bookkeeping)).toEqual([orderId]);
    // It is still checked long after the list of sessions has ended.
    shop.clock.nowMs += 45 * 24 * HOUR_MS;
    expect((await run(after)).flagged).toEqual([orderId]);
    expect(await readWaiting(after.bookkeeping)).toEqual([orderId]);
  },
);

test("E19: an order in the shop's own table is its own, whatever and wherever the shop sells today", async () => {
  shop = openTestShop();
  const orderId = await shop.openSession("price_ebook_tides");
  shop.stripe.buyer.pay(orderId);
  expect(await settle(await servicesOf(shop), orderId)).toEqual({ kind: "fulfilled" });
  services = await servicesOf(shop, {}, { SITE_URL: "https://new.example" }, siteOf({}, PRINTS));
  shop.stripe.account.refund(String(shop.stripe.state().checkoutSessions[orderId]?.payment_intent));
  expect(await settle(services, orderId)).toEqual({ kind: "fulfilled" });
  expect((await services.store.readControl(orderId))?.control.mirror.fullyRefunded).toBe(true);
});

test("E20: a shop that is given a name keeps its earlier sales, and fulfills each once", async () => {
  shop = openTestShop({ engine: "stripe" });
  services = await servicesOf(shop, {
    storage: undefined,
    mailer: { send: () => Promise.reject(new NonRetriableError("no")) },
  });
  const flagged = await shop.openSession();
  shop.stripe.buyer.pay(flagged);
  expect(await settle(services, flagged)).toEqual({ kind: "needs_attention" });
  await run(services);
  const unsettled = await paidAt("https://shop.example", "price_poster_a2");

  const named = await servicesOf(shop, { storage: undefined }, { SHOP_ID: "tide" });
  expect(await readWaiting(named.bookkeeping)).toEqual([flagged]);
  expect((await run(named)).flagged).toEqual([flagged]);
  expect(await settle(named, unsettled)).toEqual({ kind: "fulfilled" });
  expect(await settle(named, flagged)).toEqual({ kind: "needs_attention" });
});

test("E20: a shop with a name leaves alone what a shop without one sells elsewhere, even the same product", async () => {
  shop = openTestShop({ engine: "stripe" });
  services = await servicesOf(shop, { storage: undefined });
  other = await servicesOf(
    shop,
    { storage: undefined },
    { SHOP_ID: "tide", SITE_URL: "https://tide.example" },
  );
  const orderId = await shop.openSession();
  shop.stripe.buyer.pay(orderId);
  expect(await settle(other, orderId)).toEqual({ kind: "not_ours" });
  expect((await run(other)).checked).toBe(0);
});

test("E21: a session without an address to return to can be ours", async () => {
  await openUnnamed();
  const orderId = await paidAt("https://shop.example", "price_print_deposit");
  const session = shop.stripe.state().checkoutSessions[orderId];
  if (session !== undefined) session.success_url = null;
  expect(await settle(services, orderId)).toEqual({ kind: "fulfilled" });
});

test("E18: the note of a sale is on the payment and the subscription, too: whose, where and what", async () => {
  shop = openTestShop();
  await shop.app.createCheckoutSession(purchase({ price_id: "price_poster_a2" }));
  await shop.app.createCheckoutSession(purchase({ price_id: "price_almanac_monthly" }));
  const [poster, almanac] = Object.values(shop.stripe.state().checkoutIntents);
  expect(poster?.paymentIntentMetadata).toEqual({
    static_checkout: "1",
    static_checkout_site: "https://shop.example",
    static_checkout_price_id: "price_poster_a2",
    static_checkout_price: "poster_a2",
  });
  expect(almanac?.subscriptionMetadata).toMatchObject({ static_checkout_price_id: "price_almanac_monthly" });
});
