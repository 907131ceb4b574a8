import { expect, test } from "vitest";
import { almanacSubscription, interceptStripe, openAccount, posterSession } from "./open-account.ts";

interceptStripe();

test("links a subscription's first invoice to the charge that paid it", async () => {
  const account = openAccount();
  const { invoiceId } = await almanacSubscription(account);
  const { data } = await account.stripe.invoicePayments.list({
    invoice: invoiceId,
    status: "paid",
    expand: ["data.payment.payment_intent.latest_charge"],
  });
  expect(data).toMatchObject([
    {
      object: "invoice_payment",
      amount_paid: 600,
      amount_requested: 600,
      invoice: invoiceId,
      status: "paid",
      payment: {
        type: "payment_intent",
        payment_intent: { status: "succeeded", latest_charge: { object: "charge", amount: 600, paid: true } },
      },
    },
  ]);
});

test("finds invoice payments by payment intent and by status", async () => {
  const account = openAccount();
  const { invoiceId } = await almanacSubscription(account);
  await almanacSubscription(account);
  const { invoicePayments } = account.stripe;
  const [payment] = (await invoicePayments.list({ invoice: invoiceId })).data;
  const payment_intent = payment?.payment.payment_intent as string;
  const found = await invoicePayments.list({ payment: { type: "payment_intent", payment_intent } });
  expect(found.data.map(({ id }) => id)).toEqual([payment?.id]);
  expect((await invoicePayments.list()).data).toHaveLength(2);
  expect((await invoicePayments.list({ status: "open" })).data).toEqual([]);
  expect(await invoicePayments.retrieve(payment?.id ?? "", { expand: ["invoice"] })).toMatchObject({
    invoice: { id: invoiceId, status: "paid" },
  });
  await expect(invoicePayments.list({ payment: { payment_intent } as never })).rejects.toMatchObject({
    code: "parameter_missing",
    param: "payment[type]",
  });
});

test("keeps the payment of an invoice open while the buyer is at 3-D Secure", async () => {
  const account = openAccount();
  const line_items = [{ price: "price_almanac_monthly", quantity: 1 }];
  const { id } = await posterSession(account, { mode: "subscription", line_items });
  account.simulated.buyer.pay(id, { card: "4000002500003155" });
  const [open] = (await account.stripe.invoicePayments.list({ status: "open" })).data;
  expect(open).toMatchObject({ amount_paid: null, status_transitions: { paid_at: null } });
  account.simulated.buyer.authenticate(id, "accept");
  expect((await account.stripe.invoicePayments.list({ status: "open" })).data).toEqual([]);
});

test("lists invoices by subscription and status, newest first, with their subscription and payments", async () => {
  const account = openAccount();
  const { subscriptionId, invoiceId } = await almanacSubscription(account);
  await almanacSubscription(account);
  account.simulated.account.renew(subscriptionId);
  account.simulated.account.failRenewal(subscriptionId);
  const { invoices } = account.stripe;
  const { data } = await invoices.list({ subscription: subscriptionId, expand: ["data.payments"] });
  expect(data.map((invoice) => [invoice.billing_reason, invoice.status])).toEqual([
    ["subscription_cycle", "open"],
    ["subscription_cycle", "paid"],
    ["subscription_create", "paid"],
  ]);
  expect(new Set(data.map((invoice) => invoice.number)).size).toBe(3);
  expect(data.map((invoice) => invoice.payments?.data.map(({ status }) => status))).toEqual([
    ["open"],
    ["paid"],
    ["paid"],
  ]);
  expect((await invoices.list({ status: "paid" })).data).toHaveLength(3);
  const first = await invoices.retrieve(invoiceId, {
    expand: ["parent.subscription_details.subscription", "payments.data.payment.payment_intent"],
  });
  expect(first).toMatchObject({
    parent: { subscription_details: { subscription: { id: subscriptionId } } },
    payments: { data: [{ payment: { payment_intent: { amount: 600 } } }] },
  });
});
