import { afterEach, beforeEach, expect, test } from "vitest";

import { createDeadline } from "../../../../core/retry/deadline.ts";
import { settleOrder } from "../../../../core/orders/settle-order.ts";
import { reconcile } from "../../../../core/reconciliation/reconcile.ts";
import { onTable } from "../../../../core/stores/choose-storage.ts";
import type { Services } from "../../../../core/services.ts";
import { createMemoryStorage } from "../../../../core/stores/memory-storage.ts";
import { createStripeStorage } from "../../../../core/stores/stripe-storage.ts";
import { servicesOf, openTestShop, type TestShop } from "../../../support/test-shop.ts";

/** A shop that keeps its orders in a table, and others at the same Stripe account. */
const HOUR_MS = 3_600_000;

let shop: TestShop;
beforeEach(() => {
  shop = openTestShop({ engine: "stripe" });
});
afterEach(() => shop.close());

const now = (): number => shop.clock.nowMs;
const run = (services: Services) => reconcile(createDeadline(now, HOUR_MS), services);
const withoutTable = (environment: Record<string, string>) =>
  servicesOf(shop, { storage: undefined }, environment);

async function withTable(
  environment: Record<string, string> = {},
  table = createMemoryStorage(),
): Promise<Services> {
  const { stripe, identity, log } = await withoutTable(environment);
  const inStripe = createStripeStorage(stripe, { livemode: false, identity, now });
  return servicesOf(shop, { storage: onTable(table, inStripe, inStripe, now, log) }, environment);
}

/** Three orders that the table has delivered, and a run that has marked it. */
async function sellThree(services: Services): Promise<void> {
  for (let count = 0; count < 3; count += 1) {
    const orderId = await shop.openSession();
    shop.stripe.buyer.pay(orderId);
    await settleOrder(orderId, "checkout", createDeadline(now, HOUR_MS), services);
  }
  await run(services);
  shop.clock.nowMs += 24 * HOUR_MS;
  expect(shop.mails).toHaveLength(3);
}

test.for<[string, Record<string, string>]>([
  ["at another address", { SITE_URL: "https://preview.example" }],
  ["with a name that the shop did not have", { SHOP_ID: "prints" }],
  [
    "with such a name at another address, which knows the former one",
    { SHOP_ID: "prints", SITE_URL: "https://new.example", ALLOWED_ORIGINS: "https://shop.example" },
  ],
])(
  "E39: a deployment without the table %s runs nothing, and sends no mail again",
  async ([, environment]) => {
    await sellThree(await withTable());
    await expect(run(await withoutTable(environment))).rejects.toThrow(
      /DYNAMODB_TABLE is not set here.*SHOP_ID/,
    );
    expect(shop.mails).toHaveLength(3);
  },
);

test("E39: two shops with names of their own, one with a table and one without, both run", async () => {
  const tide = await withTable({ SHOP_ID: "tide" });
  await run(tide);
  const prints = await withoutTable({ SHOP_ID: "prints", SITE_URL: "https://prints.example" });
  shop.clock.nowMs += HOUR_MS;
  expect(await run(prints)).toMatchObject({ unfinished: [], incomplete: [] });
  expect(await run(tide)).toMatchObject({ unfinished: [], incomplete: [] });
});

test("E39: a second shop that is given a name runs, whatever table the shop without a name has", async () => {
  await sellThree(await withTable());
  const prints = { SITE_URL: "https://prints.example" };
  await expect(run(await withoutTable(prints))).rejects.toThrow(/SHOP_ID/);
  expect(await run(await withoutTable({ ...prints, SHOP_ID: "prints" }))).toMatchObject({ repaired: [] });
  expect(shop.mails).toHaveLength(3);
});

const MOVED = { SITE_URL: "https://new.example", ALLOWED_ORIGINS: "https://shop.example" };

test("E35: after a change of domain a replaced table is noticed, and nothing is delivered again", async () => {
  await sellThree(await withTable());
  const exchanged = await withTable(MOVED);
  expect(await exchanged.storage.guard?.gap()).toMatchObject({ fromMs: 0 });
  await run(exchanged);
  expect(shop.mails).toHaveLength(3);
});

test("E37: after a change of domain the table in use is trusted, and marked at the new address", async () => {
  const table = createMemoryStorage();
  await sellThree(await withTable({}, table));
  const moved = await withTable(MOVED, table);
  for (let runs = 0; runs < 3; runs += 1) {
    expect(await run(moved)).toMatchObject({ unfinished: [] });
    shop.clock.nowMs += HOUR_MS;
  }
  expect(await moved.storage.guard?.gap()).toBeUndefined();
  const notes = shop.stripe.state().products["static_checkout_bookkeeping_1"]?.metadata ?? {};
  expect(Object.keys(notes).filter((name) => name.startsWith("table_mark@"))).toHaveLength(2);
  // Another table in its place is noticed.
  expect(await (await withTable(MOVED)).storage.guard?.gap()).toBeDefined();
});
