import { afterEach, beforeEach, expect, test } from "vitest";

import { isRevoked } from "../../../../core/orders/access.ts";
import { openTestShop, type TestShop } from "../../../support/test-shop.ts";

let shop: TestShop;
beforeEach(() => {
  shop = openTestShop();
});
afterEach(() => shop.close());

async function fulfilledOrder(
  priceId = "price_poster_a2",
  pay = {},
): Promise<{ orderId: string; payment: string }> {
  const orderId = await shop.openSession(priceId);
  shop.stripe.buyer.pay(orderId, pay);
  await shop.notify(orderId);
  return { orderId, payment: String(shop.stripe.state().checkoutSessions[orderId]?.payment_intent) };
}

async function mirrorOf(orderId: string) {
  const stored = await shop.store.readControl(orderId);
  if (stored === undefined) throw new Error("there is no order");
  return { ...stored.control.mirror, state: stored.control.state, revoked: isRevoked(stored.control) };
}

/** Delivers every event that Stripe has made so far, latest first: the order in which they arrive must not matter. */
async function deliverAll(): Promise<void> {
  for (const { type, snapshot } of Object.values(shop.stripe.state().events).toReversed()) {
    const response = await shop.notify(snapshot.id, type);
    expect(response.status, type).toBe(200);
  }
}

test("B05, B06: partial refunds add up to what Stripe says and do not revoke, whatever order they arrive in", async () => {
  const { orderId, payment } = await fulfilledOrder();
  shop.stripe.account.refund(payment, 500);
  shop.stripe.account.refund(payment, 700);
  await deliverAll();
  await deliverAll();
  expect(await mirrorOf(orderId)).toMatchObject({
    refundedMinor: 1200,
    fullyRefunded: false,
    revoked: false,
    state: "fulfilled",
  });
  expect(shop.mails).toHaveLength(1);
});

test("a full refund revokes", async () => {
  const { orderId, payment } = await fulfilledOrder();
  shop.stripe.account.refund(payment);
  await deliverAll();
  expect(await mirrorOf(orderId)).toMatchObject({ refundedMinor: 3200, fullyRefunded: true, revoked: true });
});

test("B07: a bank refund that fails days later no longer counts", async () => {
  const orderId = await shop.openSession("price_print_deposit");
  shop.stripe.buyer.pay(orderId, { delayed: "succeeds" });
  shop.stripe.account.settleDelayed(orderId);
  await shop.notify(orderId);
  const payment = String(shop.stripe.state().checkoutSessions[orderId]?.payment_intent);
  const refund = shop.stripe.account.refund(payment);
  await deliverAll();
  expect(await mirrorOf(orderId)).toMatchObject({ revoked: true });
  shop.stripe.account.failRefund(refund.id);
  await deliverAll();
  expect(await mirrorOf(orderId)).toMatchObject({ refundedMinor: 0, revoked: false });
});

test("B08: a refund of one of a customer's two payments leaves the other order alone", async () => {
  const first = await fulfilledOrder("price_poster_a2", { email: "same@example.com" });
  const second = await fulfilledOrder("price_poster_a2", { email: "same@example.com" });
  shop.stripe.account.refund(first.payment);
  await deliverAll();
  expect(await mirrorOf(first.orderId)).toMatchObject({ revoked: true });
  expect(await mirrorOf(second.orderId)).toMatchObject({ refundedMinor: 0, revoked: false });
});

test("B11: a dispute is open, then won or lost; only a lost one revokes, and an older event changes nothing", async () => {
  const won = await fulfilledOrder();
  const lost = await fulfilledOrder();
  const first = shop.stripe.account.dispute(won.payment);
  const second = shop.stripe.account.dispute(lost.payment);
  await deliverAll();
  expect(await mirrorOf(won.orderId)).toMatchObject({ dispute: "open", revoked: false });
  shop.stripe.account.winDispute(first.id);
  shop.stripe.account.loseDispute(second.id);
  await deliverAll();
  await deliverAll();
  expect(await mirrorOf(won.orderId)).toMatchObject({ dispute: "won", revoked: false });
  expect(await mirrorOf(lost.orderId)).toMatchObject({ dispute: "lost", revoked: true });
});

test("B11: a chargeback that was prevented gave the money back, and revokes", async () => {
  const { orderId, payment } = await fulfilledOrder();
  shop.stripe.account.dispute(payment, { prevented: true });
  await deliverAll();
  expect(await mirrorOf(orderId)).toMatchObject({ dispute: "lost", revoked: true });
});

test("B11: an inquiry is not a dispute, and stays one when the order is read for another reason", async () => {
  const { orderId, payment } = await fulfilledOrder();
  shop.stripe.account.dispute(payment, { inquiry: true });
  await deliverAll();
  expect(await mirrorOf(orderId)).toMatchObject({ dispute: "inquiry", revoked: false });
  await shop.notify(orderId);
  expect(await mirrorOf(orderId)).toMatchObject({ dispute: "inquiry" });
});

test("B12: a subscription's order follows its status through renewals to its end, whatever order events arrive in", async () => {
  const orderId = await shop.openSession("price_almanac_monthly");
  shop.stripe.buyer.pay(orderId);
  await deliverAll();
  const subscription = String(shop.stripe.state().checkoutSessions[orderId]?.subscription);
  expect(await mirrorOf(orderId)).toMatchObject({
    subscription: "active",
    revoked: false,
    state: "fulfilled",
  });
  shop.stripe.account.renew(subscription);
  await deliverAll();
  expect(await mirrorOf(orderId)).toMatchObject({ subscription: "active" });
  shop.stripe.account.failRenewal(subscription);
  await deliverAll();
  expect(await mirrorOf(orderId)).toMatchObject({ subscription: "past_due", revoked: false });
  shop.stripe.account.cancelSubscription(subscription);
  await deliverAll();
  expect(await mirrorOf(orderId)).toMatchObject({ subscription: "canceled", revoked: true });
  expect(shop.mails).toHaveLength(1);
});

test("a refund of the first month is recorded on its order and does not end the subscription", async () => {
  const orderId = await shop.openSession("price_almanac_monthly");
  shop.stripe.buyer.pay(orderId);
  await deliverAll();
  const [payment] = Object.keys(shop.stripe.state().paymentIntents);
  shop.stripe.account.refund(String(payment));
  await deliverAll();
  expect(await mirrorOf(orderId)).toMatchObject({ refundedMinor: 600, fullyRefunded: true, revoked: false });
});

test("B04: when the refund's event comes first, the order is created as refunded and no mail is sent", async () => {
  const orderId = await shop.openSession();
  shop.stripe.buyer.pay(orderId);
  shop.stripe.account.refund(String(shop.stripe.state().checkoutSessions[orderId]?.payment_intent));
  await deliverAll();
  expect(await mirrorOf(orderId)).toMatchObject({ state: "fulfilled", revoked: true });
  expect(shop.mails).toHaveLength(0);
});

test("B16: a free order is as good as paid", async () => {
  const price = shop.stripe.state().prices["price_ebook_tides"];
  if (price === undefined) throw new Error("the catalog has no e-book");
  price.unit_amount = 0;
  price.unit_amount_decimal = "0";
  const orderId = await shop.openSession("price_ebook_tides");
  shop.stripe.buyer.pay(orderId);
  await shop.notify(orderId);
  expect(await mirrorOf(orderId)).toMatchObject({ state: "fulfilled", revoked: false });
  expect(shop.mails).toHaveLength(1);
});

test("B17: two tabs are two sessions and two orders", async () => {
  const [first, second] = [await fulfilledOrder(), await fulfilledOrder()];
  expect(first.orderId).not.toBe(second.orderId);
  expect(shop.mails).toHaveLength(2);
});
