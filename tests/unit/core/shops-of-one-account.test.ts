import { afterEach, expect, test } from "vitest";

import { PermanentStepError } from "../../../core/fulfillment/step.ts";
import { createDeadline } from "../../../core/orders/deadline.ts";
import { settleOrder } from "../../../core/orders/settle-order.ts";
import { reconcile } from "../../../core/reconciliation/reconcile.ts";
import { readProgress } from "../../../core/reconciliation/watermark.ts";
import type { Kept } from "../../../core/shop.ts";
import { keepingOf, openTestShop, type TestShop } from "../../test-shop.ts";

const HOUR_MS = 3_600_000;

let shop: TestShop;
let kept: Kept;
let other: Kept;
afterEach(() => shop.close());

/** The shop, and another one that sells through the same Stripe account. */
async function openBoth(send: () => Promise<void> = async () => undefined): Promise<void> {
  shop = openTestShop({ engine: "stripe" });
  kept = await keepingOf(shop, { engine: undefined, mailer: { send } });
  other = await keepingOf(shop, { engine: undefined }, { SHOP_ID: "staging" });
}

const run = (who: Kept) =>
  reconcile(
    createDeadline(() => shop.clock.nowMs, HOUR_MS),
    who,
  );

test("A25: the runs of one shop do not move the marks of the other: what only an event tells is found", async () => {
  await openBoth();
  const orderId = await shop.openSession("price_almanac_monthly");
  shop.stripe.buyer.pay(orderId);
  await run(kept);
  shop.clock.nowMs += 20 * HOUR_MS;
  shop.stripe.account.cancelSubscription(shop.stripe.state().checkoutIntents[orderId]?.subscription ?? "");
  shop.clock.nowMs += 3 * HOUR_MS;
  expect((await run(other)).checked).toBe(0);
  shop.clock.nowMs += HOUR_MS;
  expect((await run(kept)).repaired).toEqual([orderId]);
});

test("A31: another shop's payment that took weeks takes none of the run's time", async () => {
  await openBoth();
  const orderId = await shop.openSession("price_print_deposit");
  shop.stripe.buyer.pay(orderId, { delayed: "succeeds" });
  shop.stripe.account.settleDelayed(orderId);
  await run(other);
  shop.clock.nowMs += HOUR_MS / 6;
  expect((await run(other)).checked).toBe(0);
});

test("A25: an order that waits for its owner stays a problem of its shop, and is none of the other's", async () => {
  await openBoth(() => Promise.reject(new PermanentStepError("no such mailbox")));
  const orderId = await shop.openSession();
  shop.stripe.buyer.pay(orderId);
  const deadline = createDeadline(() => shop.clock.nowMs, HOUR_MS);
  expect(await settleOrder(orderId, "checkout", deadline, kept)).toEqual({ kind: "needs_attention" });
  await run(kept);
  expect((await run(other)).flagged).toEqual([]);
  expect((await readProgress(kept.bookkeeping, shop.clock.nowMs))?.flagged).toBe(1);
  expect((await readProgress(other.bookkeeping, shop.clock.nowMs))?.flagged).toBe(0);
});
