import { afterEach, expect, test } from "vitest";

import { createDeadline } from "../../../core/orders/deadline.ts";
import { settleOrder } from "../../../core/orders/settle-order.ts";
import type { Kept } from "../../../core/shop.ts";
import { createMemoryOrderStore } from "../../../core/stores/memory-order-store.ts";
import { createSucceedingOrderStore } from "../../../core/stores/succeeding-order-store.ts";
import { keepingOf, openTestShop, type TestShop } from "../../test-shop.ts";

/** A shop that kept its orders in Stripe and moves to a database. */
let shop: TestShop;
afterEach(() => shop.close());

async function moved(): Promise<{ before: Kept; after: Kept }> {
  shop = openTestShop({ engine: "stripe" });
  const before = await keepingOf(shop, { engine: undefined });
  const store = createSucceedingOrderStore(createMemoryOrderStore(), before.store);
  return { before, after: { ...before, store } };
}

const settle = (orderId: string, kept: Kept) =>
  settleOrder(
    orderId,
    "checkout",
    createDeadline(() => shop.clock.nowMs, 8_000),
    kept,
  );

async function paidSession(): Promise<string> {
  const sessionId = await shop.openSession();
  shop.stripe.buyer.pay(sessionId);
  return sessionId;
}

test("an order that was fulfilled before the move is not fulfilled again after it", async () => {
  const { before, after } = await moved();
  const orderId = await paidSession();
  expect(await settle(orderId, before)).toEqual({ kind: "fulfilled" });
  expect(await settle(orderId, after)).toEqual({ kind: "fulfilled" });
  expect(shop.mails).toHaveLength(1);
});

test("a refund after the move is recorded on the order from before it", async () => {
  const { before, after } = await moved();
  const orderId = await paidSession();
  await settle(orderId, before);
  shop.stripe.account.refund(String(shop.stripe.state().checkoutSessions[orderId]?.payment_intent));
  await settle(orderId, after);
  expect(await after.store.readControl(orderId)).toMatchObject({
    version: 1,
    control: { state: "fulfilled", mirror: { fullyRefunded: true }, steps: { mail: { state: "done" } } },
  });
  expect(await after.store.readSnapshot(orderId)).toMatchObject({ orderId, totalMinor: 3200 });
  expect(shop.mails).toHaveLength(1);
});

test("a new order after the move is the new store's own", async () => {
  const { before, after } = await moved();
  const orderId = await paidSession();
  await settle(orderId, after);
  expect(shop.mails).toHaveLength(1);
  expect(await before.store.readControl(orderId)).toBeUndefined();
});
