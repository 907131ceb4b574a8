import { afterEach, expect, test } from "vitest";

import { createDeadline } from "../../../../core/retry/deadline.ts";
import { settleOrder } from "../../../../core/orders/settle-order.ts";
import { openOwnersShop, type OwnersShop } from "../../../support/owners-shop.ts";
import { servicesOf } from "../../../support/test-shop.ts";

const ASKS_THE_BANK = "4000002500003155";

let shop: OwnersShop;
afterEach(() => shop.close());

/** The session as Stripe has it, to be changed. */
function sessionOf(orderId: string) {
  const session = shop.stripe.state().checkoutSessions[orderId];
  if (session === undefined) throw new Error("there is no session");
  return session;
}

test("B25: events of a subscription whose buyer is still at the bank are answered 200, and the order follows in the end", async () => {
  shop = openOwnersShop();
  const orderId = await shop.openSession("price_almanac_monthly");
  shop.stripe.buyer.pay(orderId, { card: ASKS_THE_BANK });
  expect(sessionOf(orderId)).toMatchObject({ status: "open", subscription: expect.stringMatching(/^sub_/) });
  expect(new Set(await shop.deliverNew())).toEqual(new Set([200]));
  expect(shop.log.filter(({ outcome }) => outcome === "not_completed")).not.toEqual([]);
  expect(await shop.store.readControl(orderId)).toBeUndefined();

  shop.stripe.buyer.authenticate(orderId, "accept");
  expect(new Set(await shop.deliverNew())).toEqual(new Set([200]));
  expect((await shop.store.readControl(orderId))?.control.state).toBe("fulfilled");
  expect(shop.mails).toHaveLength(1);
});

test("B25: Checkout's own event about a session that Stripe still shows as open is answered 503", async () => {
  shop = openOwnersShop();
  const orderId = await shop.openSession("price_almanac_monthly");
  shop.stripe.buyer.pay(orderId, { card: ASKS_THE_BANK });
  const response = await shop.notify(orderId);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ error: { code: "not_completed" } });
});

test.for(["memory", "stripe"] as const)(
  "B23: a session that only saves a card is not an order, whatever its metadata says (%s)",
  async (engine) => {
    shop = openOwnersShop({ engine });
    const orderId = await shop.openSession();
    Object.assign(sessionOf(orderId), {
      mode: "setup",
      status: "complete",
      payment_status: "no_payment_required",
      amount_total: null,
      currency: null,
      url: null,
    });
    const response = await shop.notify(orderId);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ outcome: "ignored_not_ours" });
    await shop.app.scheduledReconcile(new Request("https://shop.example/api/reconcile", { method: "POST" }));
    expect((await shop.status(orderId)).status).toBe(404);
    expect(sessionOf(orderId).metadata).not.toHaveProperty("static_checkout_order");
    expect([shop.notices, shop.events, shop.mails]).toEqual([[], [], []]);
    expect(await shop.store.readControl(orderId)).toBeUndefined();
  },
);

test("B22: a checkout is abandoned once it expires, not while it is open", async () => {
  shop = openOwnersShop();
  const services = await servicesOf(shop);
  const orderId = await shop.openSession();
  const settle = () => settleOrder(orderId, "checkout", createDeadline(services.now, 60_000), services);
  expect(await settle()).toMatchObject({ kind: "no_order_yet", transition: undefined });
  shop.stripe.account.expire(orderId);
  expect(await settle()).toMatchObject({ kind: "no_order_yet", transition: "abandoned" });
});
