import { afterEach, expect, test } from "vitest";

import { decodeControl } from "../../../../core/stores/stripe-control-record.ts";
import { createDeadline } from "../../../../core/retry/deadline.ts";
import { reconcile } from "../../../../core/reconciliation/reconcile.ts";
import { openOwnersShop, type OwnersShop } from "../../../support/owners-shop.ts";
import { servicesOf } from "../../../support/test-shop.ts";

const ENGINES = ["memory", "stripe"] as const;
const DAY_MS = 24 * 3_600_000;

let shop: OwnersShop;
afterEach(() => shop.close());

/** A subscription that was renewed this many times; `payments` are its payments, the first one first. */
async function subscribed(renewals: number, engine: (typeof ENGINES)[number] = "memory") {
  shop = openOwnersShop({ engine });
  const { orderId, subscription } = await shop.order("price_almanac_monthly");
  for (let month = 0; month < renewals; month += 1) {
    shop.clock.nowMs += 30 * DAY_MS;
    shop.stripe.account.renew(subscription);
  }
  await shop.deliverNew();
  const payments = Object.keys(shop.stripe.state().paymentIntents);
  return { orderId, subscription, payments: payments as [string, string, string] };
}

async function controlOf(orderId: string) {
  const text = shop.stripe.state().checkoutSessions[orderId]?.metadata?.["static_checkout_order"];
  const stored = text === undefined ? await shop.store.readControl(orderId) : decodeControl(orderId, text);
  if (stored === undefined) throw new Error("there is no order");
  return stored.control;
}

const mirrorOf = async (orderId: string) => (await controlOf(orderId)).mirror;
const subjects = () => shop.notices.map(({ subject }) => subject).slice(1);
const chats = () => shop.chats.map((text) => text.split("\n")[0]).slice(1);
const events = () =>
  shop.events.slice(1).map(({ type, data }) => [type, data["dispute"] ?? data["refundedMinor"]]);

/** The next scheduled run, which finds what was not reported. */
async function reconciled() {
  const services = await servicesOf(shop, {}, {});
  return reconcile(createDeadline(Date.now, 60_000), {
    ...services,
    bookkeeping: services.storage.bookkeeping,
  });
}

test.for(ENGINES)(
  "G06: a renewal's inquiry, its chargeback, the loss, and the refund of another month reach the owner (%s)",
  async (engine) => {
    const { orderId, subscription, payments } = await subscribed(2, engine);
    const [, second, third] = payments;
    expect(subjects()).toEqual([]);

    const inquiry = shop.stripe.account.dispute(second, { inquiry: true });
    await shop.deliverNew();
    expect(subjects()).toEqual(["[test] A bank asks about a payment of €6.00"]);
    expect(shop.notices.at(-1)?.text).toMatch(/Stripe needs your answer by \d+ \w+ 2027, \d\d:\d\d UTC\./);
    expect(await mirrorOf(orderId)).toMatchObject({ dispute: "inquiry", subscription: "active" });

    shop.clock.nowMs += 7 * DAY_MS;
    shop.stripe.account.escalateInquiry(inquiry.id);
    await shop.deliverNew();
    expect(subjects().slice(1)).toEqual(["[test] A payment of €6.00 is disputed"]);
    expect(shop.notices.at(-1)?.text).toMatch(/Stripe needs your answer by/);

    shop.stripe.account.refund(third);
    await shop.deliverNew();
    expect(subjects().slice(2)).toEqual(["[test] Refunded: €6.00 of a subscription's payments"]);
    expect(await mirrorOf(orderId)).toMatchObject({
      refundedMinor: 600,
      fullyRefunded: false,
      dispute: "open",
    });

    shop.clock.nowMs += 30 * DAY_MS;
    shop.stripe.account.loseDispute(inquiry.id);
    await shop.deliverNew();
    expect(subjects().slice(3)).toEqual(["[test] Dispute lost: €6.00"]);
    expect(shop.notices.at(-1)?.text).toContain("Cancel it in Stripe.");
    expect(events()).toEqual([
      ["order.disputed", "inquiry"],
      ["order.disputed", "open"],
      ["order.refunded", "open"],
      ["order.disputed", "lost"],
      ["order.revoked", "lost"],
    ]);
    expect(chats()).toEqual(subjects());
    // A look for another reason changes nothing, and nothing is told twice.
    const before = await controlOf(orderId);
    shop.stripe.account.renew(subscription);
    await shop.deliverNew();
    await shop.notify(orderId);
    expect((await controlOf(orderId)).mirror).toEqual(before.mirror);
    expect(subjects()).toHaveLength(4);
  },
);

test("G07: refunded months are summed, end nothing, and do not call the first month refunded", async () => {
  const { orderId, payments } = await subscribed(2);
  const [first, second, third] = payments;
  shop.stripe.account.refund(second);
  await shop.deliverNew();
  shop.stripe.account.refund(third, 150);
  await shop.deliverNew();
  expect(await mirrorOf(orderId)).toEqual({
    refundedMinor: 750,
    fullyRefunded: false,
    subscription: "active",
  });
  shop.stripe.account.refund(first);
  await shop.deliverNew();
  expect(await mirrorOf(orderId)).toMatchObject({ refundedMinor: 1350, fullyRefunded: true });
  expect(subjects()).toEqual([
    "[test] Refunded: €6.00 of a subscription's payments",
    "[test] Refunded: €7.50 of a subscription's payments",
    "[test] Refunded: €13.50 of a subscription's payments",
  ]);
  expect((await shop.status(orderId)).body["revoked"]).toBeUndefined();
});

test("G07: a renewal's refund that fails no longer counts", async () => {
  const { orderId, payments } = await subscribed(1);
  shop.stripe.account.refund(payments[0], 100);
  const refund = shop.stripe.account.refund(payments[1]);
  await shop.deliverNew();
  shop.stripe.account.failRefund(refund.id);
  await shop.deliverNew();
  expect(await mirrorOf(orderId)).toMatchObject({ refundedMinor: 100 });
  expect(subjects().at(-1)).toBe(
    "[test] A refund failed: €1.00 of a subscription's payments are refunded now",
  );
});

test("G08: an old dispute that was won, or lost, hides no new one, and two at once count as two", async () => {
  const { orderId, payments } = await subscribed(2);
  const [first, second, third] = payments;
  shop.stripe.account.winDispute(shop.stripe.account.dispute(first).id);
  await shop.deliverNew();
  const later = shop.stripe.account.dispute(second, { inquiry: true });
  await shop.deliverNew();
  expect(await mirrorOf(orderId)).toMatchObject({ dispute: "inquiry", disputes: { won: 1, inquiry: 1 } });
  shop.stripe.account.dispute(third, { inquiry: true });
  await shop.deliverNew();
  shop.stripe.account.escalateInquiry(later.id);
  shop.stripe.account.loseDispute(later.id);
  await shop.deliverNew();
  expect(subjects()).toEqual([
    "[test] Dispute won: €6.00",
    "[test] A bank asks about a payment of €6.00",
    "[test] A bank asks about a payment of €6.00",
    "[test] Dispute lost: €6.00",
  ]);
  expect(shop.notices.at(-1)?.text).toContain("All disputes of this order: 1 lost, 1 asked about, 1 won.");
  expect(shop.events.at(-2)?.data).toMatchObject({
    dispute: "lost",
    disputes: { lost: 1, inquiry: 1, won: 1 },
  });
  expect(await controlOf(orderId)).toMatchObject({ v: 3, mirror: { dispute: "lost" } });
});

test("G08: two disputes about one payment are two messages", async () => {
  shop = openOwnersShop();
  const { orderId, payment } = await shop.order();
  shop.stripe.account.winDispute(shop.stripe.account.dispute(payment).id);
  await shop.deliverNew();
  shop.stripe.account.dispute(payment, { inquiry: true });
  await shop.deliverNew();
  expect(subjects()).toEqual(["[test] Dispute won: €32.00", "[test] A bank asks about a payment of €32.00"]);
  expect(await mirrorOf(orderId)).toMatchObject({ dispute: "inquiry", disputes: { won: 1, inquiry: 1 } });
});

test("G08: a dispute that began while another one was won is told with its date, even if one look sees both", async () => {
  shop = openOwnersShop();
  const { orderId, payment } = await shop.order();
  const first = shop.stripe.account.dispute(payment);
  await shop.deliverNew();
  shop.stripe.account.winDispute(first.id);
  shop.stripe.account.dispute(payment);
  await shop.deliverNew();
  expect(subjects()).toEqual(Array(2).fill("[test] A payment of €32.00 is disputed"));
  expect(shop.notices.at(-1)?.text).toContain("All disputes of this order: 1 open, 1 won.");
  expect(await mirrorOf(orderId)).toMatchObject({ dispute: "open", disputes: { open: 1, won: 1 } });
});

test("G09: the scheduled run finds refunds of renewals that no webhook reported, even two of the same amount", async () => {
  const { orderId, payments } = await subscribed(2);
  const [, second, third] = payments;
  shop.stripe.account.refund(second);
  await shop.deliverNew();
  expect(await mirrorOf(orderId)).toMatchObject({ refundedMinor: 600 });
  // The second refund is of the same amount: a look at one charge alone would find nothing new.
  shop.stripe.account.refund(third);
  expect((await reconciled()).repaired).toEqual([orderId]);
  expect(await mirrorOf(orderId)).toMatchObject({ refundedMinor: 1200 });
  expect((await reconciled()).repaired).toEqual([]);
});

test("G09: the scheduled run finds a renewal's dispute that no webhook reported", async () => {
  const { orderId, payments } = await subscribed(1);
  shop.stripe.account.dispute(payments[1], { inquiry: true });
  expect((await reconciled()).repaired).toEqual([orderId]);
  expect(await mirrorOf(orderId)).toMatchObject({ dispute: "inquiry" });
});

test("G10: a renewal costs as many calls to Stripe in the third year as in the first month", async () => {
  const { subscription, payments } = await subscribed(1);
  const callsOf = async (act: () => unknown): Promise<string[]> => {
    const before = shop.stripe.calls().length;
    act();
    await shop.deliverNew();
    return shop.stripe
      .calls()
      .slice(before)
      .map(({ method, path }) => `${method} ${path}`);
  };
  const early = await callsOf(() => shop.stripe.account.renew(subscription));
  shop.stripe.account.refund(payments[0], 100);
  await shop.deliverNew();
  for (let month = 0; month < 30; month += 1) shop.stripe.account.renew(subscription);
  await shop.deliverNew();
  const late = await callsOf(() => shop.stripe.account.renew(subscription));
  expect(late).toHaveLength(early.length);
  expect(late.filter((call) => /charges|disputes|v1\/invoices$/.test(call))).toEqual([]);
});

test("G10: a dispute whose message was refused is told later with its date, whichever event leads to it", async () => {
  const { orderId, payments } = await subscribed(1);
  shop.answers.chat = 500;
  shop.stripe.account.dispute(payments[1], { inquiry: true });
  await shop.deliverNew();
  shop.answers.chat = 200;
  shop.clock.nowMs += 30_000;
  await shop.notify(orderId);
  expect(shop.chats.at(-1)).toMatch(/A bank asks about[^]*Stripe needs your answer by/);
});

test("G11: each payment is asked about when the account has more disputes than one list shows", async () => {
  const { orderId, payments } = await subscribed(1);
  shop.stripe.account.dispute(payments[1], { inquiry: true });
  const other = await shop.openSession();
  shop.stripe.buyer.pay(other);
  const payment = String(shop.stripe.state().checkoutSessions[other]?.payment_intent);
  shop.clock.nowMs += 1_000;
  for (let count = 0; count < 100; count += 1) shop.stripe.account.dispute(payment, { inquiry: true });
  const [dispute] = Object.keys(shop.stripe.state().disputes);
  await shop.notify(String(dispute), "charge.dispute.created");
  expect(await mirrorOf(orderId)).toMatchObject({ dispute: "inquiry" });
});

test("G12: the subscriber's other purchases from the same account do not count for the order", async () => {
  const { orderId, payments } = await subscribed(1);
  const elsewhere = await shop.openSession();
  shop.stripe.buyer.pay(elsewhere);
  const other = String(shop.stripe.state().checkoutSessions[elsewhere]?.payment_intent);
  const { charges, paymentIntents } = shop.stripe.state();
  const customer = paymentIntents[payments[0]]?.customer ?? null;
  for (const charge of Object.values(charges))
    if (charge.payment_intent === other) charge.customer = customer;
  shop.stripe.account.refund(other);
  shop.stripe.account.refund(payments[1], 200);
  await shop.deliverNew();
  expect(await mirrorOf(orderId)).toMatchObject({ refundedMinor: 200 });
});
