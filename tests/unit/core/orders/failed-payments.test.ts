import { afterEach, beforeEach, expect, test } from "vitest";

import type { Mail } from "../../../../core/mail/mailer.ts";
import { openOrders } from "../../../contracts/order-store.ts";
import { openTestShop, type TestShop } from "../../../support/test-shop.ts";

const OWNER = "owner@shop.example";

let shop: TestShop;
/** Every mail's address and subject, the owner's and the buyer's. */
let mails: string[][];
beforeEach(() => {
  mails = [];
  const mailer = { send: async ({ to, subject }: Mail) => void mails.push([to, subject]) };
  shop = openTestShop({ environment: { OWNER_EMAIL: OWNER }, replace: { mailer } });
});
afterEach(() => shop.close());

async function outcomeOf(delivered: Promise<Response>): Promise<unknown> {
  const response = await delivered;
  return [response.status, ((await response.json()) as { outcome: string }).outcome];
}

/** The buyer has completed Checkout; the bank has not answered. */
async function payByDebit(priceId: string, outcome: "succeeds" | "fails"): Promise<string> {
  const orderId = await shop.openSession(priceId);
  const session = shop.stripe.state().checkoutSessions[orderId];
  if (session === undefined) throw new Error("there is no session");
  // As in an account that takes debits for everything.
  session.payment_method_types = ["card", "sepa_debit"];
  shop.stripe.buyer.pay(orderId, { delayed: outcome });
  expect(await outcomeOf(shop.notify(orderId))).toEqual([200, "awaiting_payment"]);
  return orderId;
}

async function expectFailedAndToldOnce(orderId: string, total: string): Promise<void> {
  const stored = await shop.store.readControl(orderId);
  expect(stored?.control).toMatchObject({ state: "payment_failed", steps: {} });
  expect(await openOrders(shop.store)).toEqual([]);
  expect(await outcomeOf(shop.notify(orderId, "checkout.session.async_payment_failed"))).toEqual([
    200,
    "payment_failed",
  ]);
  expect(mails).toEqual([[OWNER, `[test] A payment of ${total} failed`]]);
}

test("B02: a subscription whose first debit fails waits until Stripe gives up, and has failed then", async () => {
  const orderId = await payByDebit("price_almanac_monthly", "fails");
  shop.stripe.account.settleDelayed(orderId);
  // The buyer has 23 hours to pay the first invoice in another way:
  // https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses
  expect(await outcomeOf(shop.notify(orderId, "checkout.session.async_payment_failed"))).toEqual([
    200,
    "awaiting_payment",
  ]);
  expect(mails).toEqual([]);
  expect(await openOrders(shop.store)).toEqual([orderId]);

  shop.clock.nowMs += 23 * 3_600_000;
  const subscriptionId = String(shop.stripe.state().checkoutSessions[orderId]?.subscription);
  const subscription = shop.stripe.state().subscriptions[subscriptionId];
  if (subscription === undefined) throw new Error("there is no subscription");
  expect(subscription.status).toBe("incomplete");
  subscription.status = "incomplete_expired";
  expect(await outcomeOf(shop.notify(subscriptionId, "customer.subscription.updated"))).toEqual([
    200,
    "payment_failed",
  ]);
  await expectFailedAndToldOnce(orderId, "€6.00");
});

test("B02: a slow payment whose payment intent was canceled has failed", async () => {
  const orderId = await payByDebit("price_print_deposit", "succeeds");
  const { checkoutSessions, paymentIntents } = shop.stripe.state();
  const intent = paymentIntents[String(checkoutSessions[orderId]?.payment_intent)];
  if (intent === undefined) throw new Error("there is no payment intent");
  expect(intent.status).toBe("processing");
  intent.status = "canceled";
  expect(await outcomeOf(shop.notify(orderId, "checkout.session.async_payment_failed"))).toEqual([
    200,
    "payment_failed",
  ]);
  await expectFailedAndToldOnce(orderId, "€95.00");
});
