import { expect, test } from "vitest";
import { eventTypes, interceptStripe, openAccount, posterSession } from "./open-account.ts";

interceptStripe();

test.each([
  ["4000000000000002", "card_declined", "generic_decline", "Your card was declined."],
  ["4000000000009995", "card_declined", "insufficient_funds", "Your card has insufficient funds."],
  ["4111111111111111", "card_declined", "test_mode_live_card", expect.stringContaining("non test card")],
])("declines %s and lets the buyer try again", async (card, code, declineCode, message) => {
  const account = openAccount();
  const { id } = await posterSession(account);
  const result = account.simulated.buyer.pay(id, { card });
  expect(result).toEqual({ status: "declined", failure: { code, declineCode, message } });
  const session = await account.stripe.checkout.sessions.retrieve(id, {
    expand: ["payment_intent.latest_charge"],
  });
  expect(session).toMatchObject({
    status: "open",
    payment_status: "unpaid",
    payment_intent: {
      status: "requires_payment_method",
      last_payment_error: { code, decline_code: declineCode },
      latest_charge: { status: "failed", paid: false },
    },
  });
  account.simulated.buyer.pay(id);
  const [paymentIntent] = (await account.stripe.paymentIntents.list()).data;
  expect(paymentIntent).toMatchObject({ status: "succeeded", last_payment_error: null });
  expect((await account.stripe.paymentIntents.list()).data).toHaveLength(1);
  expect((await account.stripe.charges.list({ payment_intent: paymentIntent?.id ?? "" })).data).toHaveLength(
    2,
  );
});

test.each(["4000002500003155", "4000002760003184"])(
  "asks for 3-D Secure with %s, and completes when it is accepted",
  async (card) => {
    const account = openAccount();
    const { id } = await posterSession(account);
    expect(account.simulated.buyer.pay(id, { card })).toEqual({ status: "requires_action" });
    const waiting = await account.stripe.checkout.sessions.retrieve(id, { expand: ["payment_intent"] });
    expect(waiting).toMatchObject({ status: "open", payment_intent: { status: "requires_action" } });
    expect(account.simulated.buyer.authenticate(id, "accept")).toEqual({ status: "complete" });
    expect((await account.stripe.checkout.sessions.retrieve(id)).payment_status).toBe("paid");
  },
);

test("keeps the session open when 3-D Secure is refused", async () => {
  const account = openAccount();
  const { id } = await posterSession(account);
  account.simulated.buyer.pay(id, { card: "4000002500003155" });
  expect(account.simulated.buyer.authenticate(id, "refuse")).toMatchObject({
    status: "declined",
    failure: { code: "payment_intent_authentication_failure" },
  });
  expect(account.simulated.state().checkoutSessions[id]?.status).toBe("open");
  await account.simulated.deliveriesSettled();
  expect(eventTypes(account)).toContain("payment_intent.payment_failed");
});

test("sends invoice.payment_failed while a subscriber is at 3-D Secure", async () => {
  const account = openAccount();
  const line_items = [{ price: "price_almanac_monthly", quantity: 1 }];
  const { id } = await posterSession(account, { mode: "subscription", line_items });
  account.simulated.buyer.pay(id, { card: "4000002500003155" });
  await account.simulated.deliveriesSettled();
  expect(eventTypes(account)).toContain("invoice.payment_failed");
  const waiting = await account.stripe.checkout.sessions.retrieve(id);
  expect(waiting).toMatchObject({ status: "open", subscription: expect.stringMatching(/^sub_/) });
  account.simulated.buyer.authenticate(id, "accept");
  const [subscription] = (await account.stripe.subscriptions.list()).data;
  expect(subscription?.status).toBe("active");
});

test("completes unpaid with a delayed method, and succeeds eight seconds later", async () => {
  const account = openAccount();
  const { id } = await posterSession(account);
  account.simulated.buyer.pay(id, { delayed: "succeeds" });
  await account.advance(7_999);
  const waiting = await account.stripe.checkout.sessions.retrieve(id, {
    expand: ["payment_intent.latest_charge"],
  });
  expect(waiting).toMatchObject({
    status: "complete",
    payment_status: "unpaid",
    payment_intent: { status: "processing", latest_charge: { status: "pending" } },
  });
  await account.advance(1);
  expect((await account.stripe.checkout.sessions.retrieve(id)).payment_status).toBe("paid");
  expect(eventTypes(account).filter((type) => type.startsWith("checkout."))).toEqual([
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
  ]);
});

test("fails a delayed payment on demand, whatever the buyer chose", async () => {
  const account = openAccount();
  const { id } = await posterSession(account);
  account.simulated.buyer.pay(id, { delayed: "succeeds" });
  account.simulated.account.settleDelayed(id, "fails");
  await account.advance(60_000);
  const session = await account.stripe.checkout.sessions.retrieve(id, { expand: ["payment_intent"] });
  expect(session).toMatchObject({
    status: "complete",
    payment_status: "unpaid",
    payment_intent: { status: "requires_payment_method" },
  });
  expect(eventTypes(account).at(-1)).toBe("checkout.session.async_payment_failed");
});

test("offers the bank debit in euro only", async () => {
  const account = openAccount({
    catalog: {
      products: [{ name: "Map", prices: [{ id: "price_usd", amountMinor: 500, currency: "usd" }] }],
    },
  });
  const session = await posterSession(account, { line_items: [{ price: "price_usd", quantity: 1 }] });
  expect(session.payment_method_types).toEqual(["card"]);
  expect(() => account.simulated.buyer.pay(session.id, { delayed: "succeeds" })).toThrow(
    /does not offer sepa_debit/,
  );
});

test("offers only the methods that the shop allows", async () => {
  const account = openAccount();
  const session = await posterSession(account, { allowed_payment_method_types: ["sepa_debit"] });
  expect(session.payment_method_types).toEqual(["sepa_debit"]);
});

test("refunds in parts, but never more than was paid", async () => {
  const account = openAccount();
  const { id } = await posterSession(account);
  account.simulated.buyer.pay(id);
  const [charge] = (await account.stripe.charges.list()).data;
  const payment_intent = charge?.payment_intent as string;
  const refund = await account.stripe.refunds.create({ payment_intent, amount: 1200, reason: "duplicate" });
  expect(refund).toMatchObject({ status: "succeeded", amount: 1200, charge: charge?.id });
  await expect(account.stripe.refunds.create({ payment_intent, amount: 2001 })).rejects.toMatchObject({
    statusCode: 400,
    param: "amount",
  });
  await account.stripe.refunds.create({ payment_intent });
  await expect(account.stripe.refunds.create({ payment_intent })).rejects.toMatchObject({
    code: "charge_already_refunded",
  });
  const refunded = await account.stripe.charges.retrieve(charge?.id ?? "", { expand: ["refunds"] });
  expect(refunded).toMatchObject({ refunded: true, amount_refunded: 3200 });
  expect(refunded.refunds?.data.map(({ amount }) => amount)).toEqual([2000, 1200]);
  expect((await account.stripe.refunds.list({ payment_intent })).data).toHaveLength(2);
  await account.simulated.deliveriesSettled();
  expect(eventTypes(account).filter((type) => type === "charge.refunded")).toHaveLength(2);
});

test("reverses a bank refund when it fails", async () => {
  const account = openAccount();
  const { id } = await posterSession(account);
  account.simulated.buyer.pay(id, { delayed: "succeeds" });
  account.simulated.account.settleDelayed(id);
  const [paymentIntent] = (await account.stripe.paymentIntents.list()).data;
  const refund = account.simulated.account.refund(paymentIntent?.id ?? "");
  expect(refund.status).toBe("pending");
  await account.simulated.deliveriesSettled();
  expect(eventTypes(account).filter((type) => type.includes("refund"))).toEqual(["refund.created"]);
  account.simulated.account.failRefund(refund.id);
  expect(await account.stripe.refunds.retrieve(refund.id, { expand: ["charge"] })).toMatchObject({
    status: "failed",
    charge: { amount_refunded: 0, refunded: false },
  });
});

test("E40: a refund fails once: a second failure is refused and changes nothing", async () => {
  const account = openAccount();
  const { id } = await posterSession(account);
  account.simulated.buyer.pay(id);
  const [paymentIntent] = (await account.stripe.paymentIntents.list()).data;
  const payments = account.simulated.account;
  const refund = payments.refund(paymentIntent?.id ?? "", 500);
  payments.failRefund(refund.id);
  expect(() => payments.failRefund(refund.id)).toThrow(
    `The refund ${refund.id} is failed; this takes one that is pending or succeeded.`,
  );
  expect(() => payments.succeedRefund(refund.id)).toThrow(/is failed; this takes one that is pending/);
  expect(await account.stripe.refunds.retrieve(refund.id, { expand: ["charge"] })).toMatchObject({
    status: "failed",
    charge: { amount_refunded: 0, refunded: false },
  });
  await account.simulated.deliveriesSettled();
  expect(eventTypes(account).filter((type) => type === "refund.failed")).toHaveLength(1);
});

test("cancels a subscription, once", async () => {
  const account = openAccount();
  const line_items = [{ price: "price_almanac_monthly", quantity: 1 }];
  const { id } = await posterSession(account, { mode: "subscription", line_items });
  account.simulated.buyer.pay(id);
  const [subscription] = (await account.stripe.subscriptions.list()).data;
  const canceled = await account.stripe.subscriptions.cancel(subscription?.id ?? "");
  expect(canceled.status).toBe("canceled");
  await expect(account.stripe.subscriptions.cancel(canceled.id)).rejects.toMatchObject({ statusCode: 404 });
  expect((await account.stripe.subscriptions.list()).data).toHaveLength(0);
  expect((await account.stripe.subscriptions.list({ status: "all" })).data).toHaveLength(1);
});

test("keeps a customer only when the shop asks for one, and finds it by email", async () => {
  const account = openAccount();
  account.simulated.buyer.pay((await posterSession(account)).id, { email: "guest@example.com" });
  const { id } = await posterSession(account, { customer_creation: "always" });
  account.simulated.buyer.pay(id, { email: "ada@example.com" });
  const found = await account.stripe.customers.list({ email: "ada@example.com" });
  expect((await account.stripe.checkout.sessions.retrieve(id)).customer).toBe(found.data[0]?.id);
  expect((await account.stripe.customers.list()).data).toHaveLength(1);
});

test("refuses to pay a session that is not open", async () => {
  const account = openAccount();
  const { id } = await posterSession(account);
  account.simulated.buyer.pay(id);
  expect(() => account.simulated.buyer.pay(id)).toThrow(/is complete, not open/);
});
