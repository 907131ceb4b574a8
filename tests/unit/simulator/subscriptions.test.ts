import { expect, test } from "vitest";
import { almanacSubscription, eventsDuring, interceptStripe, openAccount, startMs } from "./open-account.ts";

interceptStripe();

const start = startMs / 1000;
/** 2026-12-21 and 2027-01-21, 12:00 UTC. */
const [firstEnd, secondEnd] = [start + 30 * 86_400, start + 61 * 86_400];

test("reports a new subscription before its payment, and its start after it", async () => {
  const account = openAccount();
  const events = await eventsDuring(account, () => almanacSubscription(account));
  const types = events.map(({ type }) => type);
  expect(types).toContain("customer.subscription.created");
  expect(types.indexOf("invoice.paid")).toBeGreaterThan(types.indexOf("customer.subscription.created"));
  expect(events.find(({ type }) => type === "customer.subscription.updated")).toMatchObject({
    data: { object: { status: "active" }, previous_attributes: { status: "incomplete" } },
  });
});

test("renews: a new period, a new invoice and a new charge", async () => {
  const account = openAccount();
  const { subscriptionId } = await almanacSubscription(account);
  const events = await eventsDuring(account, () => account.simulated.account.renew(subscriptionId));
  expect(events.map(({ type }) => type)).toEqual([
    "customer.subscription.updated",
    "invoice.created",
    "invoice.finalized",
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "invoice.paid",
    "invoice.payment_succeeded",
  ]);
  expect(events[0]?.data.previous_attributes).toMatchObject({
    items: { data: [{ current_period_start: start, current_period_end: firstEnd }] },
  });
  expect(events[6]?.data.object).toMatchObject({
    billing_reason: "subscription_cycle",
    amount_paid: 600,
    period_start: start,
    period_end: firstEnd,
    lines: { data: [{ period: { start: firstEnd, end: secondEnd } }] },
    parent: { subscription_details: { subscription: subscriptionId } },
  });
  const subscription = await account.stripe.subscriptions.retrieve(subscriptionId);
  expect(subscription.items.data).toMatchObject([
    { current_period_start: firstEnd, current_period_end: secondEnd },
  ]);
  expect((await account.stripe.charges.list()).data).toHaveLength(2);
});

test("retries an overdue renewal until the last attempt, then cancels", async () => {
  const account = openAccount();
  const { subscriptionId } = await almanacSubscription(account);
  const first = await eventsDuring(account, () => account.simulated.account.failRenewal(subscriptionId));
  expect(first.slice(-2)).toMatchObject([
    {
      type: "invoice.payment_failed",
      data: { object: { attempt_count: 1, next_payment_attempt: start + 3 * 86_400, status: "open" } },
    },
    {
      type: "customer.subscription.updated",
      data: { object: { status: "past_due" }, previous_attributes: { status: "active" } },
    },
  ]);
  const second = await eventsDuring(account, () => account.simulated.account.failRenewal(subscriptionId));
  expect(second.map(({ type }) => type)).toEqual([
    "charge.failed",
    "payment_intent.payment_failed",
    "invoice.payment_failed",
  ]);
  const last = await eventsDuring(account, () =>
    account.simulated.account.failRenewal(subscriptionId, { final: true }),
  );
  expect(last.slice(-2)).toMatchObject([
    { type: "invoice.payment_failed", data: { object: { attempt_count: 3, next_payment_attempt: null } } },
    {
      type: "customer.subscription.deleted",
      data: { object: { status: "canceled", cancellation_details: { reason: "payment_failed" } } },
    },
  ]);
  expect((await account.stripe.invoices.list({ subscription: subscriptionId })).data).toHaveLength(2);
});

test("leaves the subscription unpaid if the settings say so, until the invoice is paid", async () => {
  const account = openAccount();
  const { subscriptionId } = await almanacSubscription(account);
  account.simulated.account.failRenewal(subscriptionId, { final: "unpaid" });
  expect((await account.stripe.subscriptions.retrieve(subscriptionId)).status).toBe("unpaid");
  const events = await eventsDuring(account, () =>
    account.simulated.account.payOverdueInvoice(subscriptionId),
  );
  expect(events.map(({ type }) => type).slice(-3)).toEqual([
    "invoice.paid",
    "invoice.payment_succeeded",
    "customer.subscription.updated",
  ]);
  const subscription = await account.stripe.subscriptions.retrieve(subscriptionId, {
    expand: ["latest_invoice"],
  });
  expect(subscription).toMatchObject({
    status: "active",
    latest_invoice: { status: "paid", attempt_count: 2 },
  });
  expect(() => account.simulated.account.payOverdueInvoice(subscriptionId)).toThrow(/owes nothing/);
});

test("pauses and resumes", async () => {
  const account = openAccount();
  const { subscriptionId } = await almanacSubscription(account);
  const paused = await eventsDuring(account, () => account.simulated.account.pause(subscriptionId));
  expect(paused).toMatchObject([
    { type: "customer.subscription.updated", data: { previous_attributes: { status: "active" } } },
    {
      type: "customer.subscription.paused",
      data: { object: { status: "paused", status_details: { paused: { transitioned_at: start } } } },
    },
  ]);
  expect(() => account.simulated.account.renew(subscriptionId)).toThrow(
    /is paused; this takes one that is active/,
  );
  const resumed = await eventsDuring(account, () => account.simulated.account.resume(subscriptionId));
  expect(resumed.at(-1)).toMatchObject({
    type: "customer.subscription.resumed",
    data: { object: { status: "active" } },
  });
});

test("changes the quantity and bills it with the next renewal", async () => {
  const account = openAccount();
  const { subscriptionId } = await almanacSubscription(account);
  const events = await eventsDuring(account, () =>
    account.simulated.account.updateSubscription(subscriptionId, { quantity: 3 }),
  );
  expect(events).toMatchObject([
    {
      type: "customer.subscription.updated",
      data: {
        object: { items: { data: [{ quantity: 3 }] } },
        previous_attributes: { items: { data: [{ quantity: 1 }] } },
      },
    },
  ]);
  account.simulated.account.renew(subscriptionId);
  expect((await account.stripe.invoices.list({ limit: 1 })).data).toMatchObject([{ amount_paid: 1800 }]);
});

test("ends at the period's end when the buyer cancels in the portal: with cancel_at, without the flag", async () => {
  const account = openAccount();
  const { subscriptionId } = await almanacSubscription(account);
  account.simulated.account.cancelSubscription(subscriptionId, { atPeriodEnd: true });
  expect(await account.stripe.subscriptions.retrieve(subscriptionId)).toMatchObject({
    status: "active",
    cancel_at: firstEnd,
    cancel_at_period_end: false,
    canceled_at: start,
  });
  await account.advance(30 * 86_400_000);
  expect(await account.stripe.subscriptions.retrieve(subscriptionId)).toMatchObject({
    status: "canceled",
    canceled_at: start,
    ended_at: firstEnd,
  });
  await account.simulated.deliveriesSettled();
  expect(account.webhooks.at(-1)?.body).toContain("customer.subscription.deleted");
});

test("ends instead of renewing when a cancellation was planned", async () => {
  const account = openAccount();
  const { subscriptionId } = await almanacSubscription(account);
  account.simulated.account.cancelSubscription(subscriptionId, { atPeriodEnd: true });
  const events = await eventsDuring(account, () => account.simulated.account.renew(subscriptionId));
  expect(events.map(({ type }) => type)).toEqual(["customer.subscription.deleted"]);
});

test("plans and withdraws a cancellation over the API", async () => {
  const account = openAccount();
  const { subscriptionId } = await almanacSubscription(account);
  const { subscriptions } = account.stripe;
  const planned = await subscriptions.update(subscriptionId, {
    cancel_at_period_end: true,
    metadata: { note: "moving away" },
  });
  expect(planned).toMatchObject({
    cancel_at: firstEnd,
    cancel_at_period_end: true,
    metadata: { note: "moving away" },
  });
  const events = await eventsDuring(account, () =>
    subscriptions.update(subscriptionId, { cancel_at_period_end: false }),
  );
  expect(events).toMatchObject([{ data: { previous_attributes: { cancel_at: firstEnd } } }]);
  expect(await subscriptions.retrieve(subscriptionId)).toMatchObject({ cancel_at: null, canceled_at: null });
  const atEnd = await subscriptions.update(subscriptionId, { cancel_at: "max_period_end" });
  expect(atEnd).toMatchObject({ cancel_at: firstEnd, cancel_at_period_end: false });
  await expect(
    subscriptions.update(subscriptionId, { cancel_at: "", cancel_at_period_end: true }),
  ).rejects.toMatchObject({ code: "parameters_exclusive" });
});

test("sends no event when an update changes nothing, and refuses to change an ended subscription", async () => {
  const account = openAccount();
  const { subscriptionId } = await almanacSubscription(account);
  const { subscriptions } = account.stripe;
  expect(await eventsDuring(account, () => subscriptions.update(subscriptionId, { metadata: {} }))).toEqual(
    [],
  );
  account.simulated.account.cancelSubscription(subscriptionId);
  expect(() => account.simulated.account.cancelSubscription(subscriptionId)).toThrow(/has ended already/);
  await expect(subscriptions.update(subscriptionId, { cancel_at_period_end: true })).rejects.toMatchObject({
    statusCode: 400,
  });
});
