import { afterEach, expect, test } from "vitest";

import { MAX_ATTEMPTS } from "../../../../../core/retry/backoff.ts";
import { openOwnersShop, type OwnersShop } from "../../../../support/owners-shop.ts";

let shop: OwnersShop;
afterEach(() => shop.close());

/** An order that was refunded before the shop was told of it. */
async function refundedAtOnce(): Promise<string> {
  const orderId = await shop.openSession();
  shop.stripe.buyer.pay(orderId);
  shop.stripe.account.refund(String(shop.stripe.state().checkoutSessions[orderId]?.payment_intent));
  return orderId;
}

const subjects = () => shop.notices.map(({ subject }) => subject);

test("B24: a refund that is known before its order was told is told after it, on every channel", async () => {
  // The order's own message takes longest: sent at once, the refund would arrive first.
  shop = openOwnersShop({
    onPost: ({ body }) =>
      /order\.paid|New order/.test(body) ? new Promise((resolve) => setTimeout(resolve, 50)) : undefined,
  });
  await refundedAtOnce();
  await shop.deliverNew();
  expect(shop.events.map(({ type }) => type)).toEqual(["order.paid", "order.refunded", "order.revoked"]);
  expect(shop.chats.map((text) => text.split("\n")[0])).toEqual([
    "[test] New order: €32.00",
    "[test] Refunded in full: €32.00",
  ]);
  expect(subjects()).toEqual(["[test] New order: €32.00", "[test] Refunded in full: €32.00"]);
});

test("B24: while the order cannot be told on a channel, its refund waits on that channel alone", async () => {
  shop = openOwnersShop();
  shop.answers.server = 500;
  const orderId = await refundedAtOnce();
  expect((await shop.notify(orderId)).status).toBe(503);
  expect([shop.events, subjects()]).toEqual([
    [],
    ["[test] New order: €32.00", "[test] Refunded in full: €32.00"],
  ]);
  const { control } = (await shop.store.readControl(orderId)) ?? {};
  expect(control?.news?.refund?.deliveries.webhook).toEqual({ state: "todo", attempts: 0 });

  shop.answers.server = 200;
  shop.clock.nowMs += 30_000;
  expect((await shop.notify(orderId)).status).toBe(200);
  expect(shop.events.map(({ type }) => type)).toEqual(["order.paid", "order.refunded", "order.revoked"]);
});

test("B24: an order's message that was given up does not hold back its refund", async () => {
  shop = openOwnersShop();
  shop.answers.server = 500;
  const orderId = await refundedAtOnce();
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    await shop.notify(orderId);
    shop.clock.nowMs += 3_600_000;
  }
  shop.answers.server = 200;
  await shop.notify(orderId);
  expect(shop.events.map(({ type }) => type)).toEqual(["order.refunded", "order.revoked"]);
});
