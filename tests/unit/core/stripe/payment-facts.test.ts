import type Stripe from "stripe";
import { expect, test } from "vitest";

import { createDeadline } from "../../../../core/retry/deadline.ts";
import { retrievePayment } from "../../../../core/stripe/payment-facts.ts";

const DEADLINE = createDeadline(() => 0, 60_000);
const CHARGE = {
  id: "ch_1",
  created: 1_000,
  disputed: false,
  amount_refunded: 0,
  refunded: false,
  receipt_url: "https://pay.stripe.com/receipts/1",
};

interface Account {
  charge?: Partial<typeof CHARGE>;
  disputes?: readonly Record<string, unknown>[];
  /** The subscription's. Absent: the session is a payment. */
  invoice?: Record<string, unknown>;
  /** Payments of the first invoice, as Stripe keeps them. */
  payments?: readonly { status: string; charge: string }[];
}

/** Reads a session with this charge, these disputes and this last invoice. */
async function read({ charge = {}, disputes = [], invoice, payments = [] }: Account) {
  const paid = { latest_charge: { ...CHARGE, ...charge } };
  const stripe = {
    disputes: { list: async () => ({ data: disputes, has_more: false }) },
    invoicePayments: {
      list: async ({ status }: { status?: string }) => ({
        data: payments
          .filter((one) => status === undefined || one.status === status)
          .map((one) => ({
            payment: {
              payment_intent: { latest_charge: { ...CHARGE, receipt_url: one.charge, ...charge } },
            },
          })),
      }),
    },
  };
  const subscription = { id: "sub_1", status: "active", latest_invoice: invoice };
  const session =
    invoice === undefined
      ? { payment_intent: paid, subscription: null, invoice: null }
      : { payment_intent: null, subscription, invoice: "in_1" };
  return retrievePayment(
    stripe as unknown as Stripe,
    session as unknown as Stripe.Checkout.Session,
    { known: undefined, lookForDisputes: true },
    DEADLINE,
  );
}

const dispute = (status: string, amount = 3_200, dueBy: number | null = 2_000) => ({
  status,
  amount,
  evidence_details: { due_by: dueBy },
});

test.for([
  ["warning_needs_response", "inquiry"],
  ["warning_under_review", "inquiry"],
  ["warning_closed", "won"],
  ["needs_response", "open"],
  ["under_review", "open"],
  ["won", "won"],
  ["lost", "lost"],
  ["prevented", "lost"],
] as const)("G08: a dispute that is %s at Stripe is %s for the order", async ([status, state]) => {
  const { mirror } = await read({ disputes: [dispute(status)] });
  expect(mirror).toEqual({ refundedMinor: 0, fullyRefunded: false, dispute: state });
});

test("B11: the bank's date is told in milliseconds while it waits for an answer, and not afterwards", async () => {
  const { dates } = await read({
    disputes: [dispute("needs_response"), dispute("warning_needs_response", 100, 0), dispute("lost", 700)],
  });
  expect(dates).toEqual({
    disputed: {
      open: { amountMinor: 3_200, dueMs: 2_000_000 },
      inquiry: { amountMinor: 100 },
      lost: { amountMinor: 700 },
    },
  });
});

test("B11: the amount and date are those of the newer of two disputes in one state", async () => {
  // Stripe lists the newest first.
  const { dates } = await read({
    disputes: [dispute("needs_response", 500, 9_000), dispute("under_review", 3_200, 2_000)],
  });
  expect(dates.disputed).toEqual({ open: { amountMinor: 500, dueMs: 9_000_000 } });
});

test("B06: a partial refund leaves the order valid, a full one does not", async () => {
  expect((await read({ charge: { amount_refunded: 300 } })).mirror).toEqual({
    refundedMinor: 300,
    fullyRefunded: false,
  });
  expect((await read({ charge: { amount_refunded: 3_200, refunded: true } })).mirror).toEqual({
    refundedMinor: 3_200,
    fullyRefunded: true,
  });
});

const OVERDUE = {
  id: "in_2",
  billing_reason: "subscription_create",
  status: "open",
  attempt_count: 1,
  next_payment_attempt: 5_000,
};

test.for([
  ["is collected again in a moment", { billing_reason: "subscription_cycle" }, "failed", 5_000_000],
  [
    "is given up",
    { billing_reason: "subscription_cycle", next_payment_attempt: null },
    "failed_finally",
    undefined,
  ],
  [
    "was written off",
    { billing_reason: "subscription_cycle", status: "uncollectible", next_payment_attempt: null },
    "failed_finally",
    undefined,
  ],
  ["was not tried yet", { billing_reason: "subscription_cycle", attempt_count: 0 }, undefined, undefined],
  ["is paid", { billing_reason: "subscription_cycle", status: "paid" }, undefined, undefined],
  ["is the first one, at 3-D Secure", {}, undefined, undefined],
] as const)("B37: an invoice that %s", async ([, changes, renewal, nextAttemptMs]) => {
  // The account's charges do not matter here.
  const stripe = {
    invoicePayments: { list: async () => ({ data: [] }) },
    disputes: { list: async () => ({ data: [], has_more: false }) },
  };
  const session = {
    payment_intent: null,
    invoice: "in_1",
    subscription: { id: "sub_1", status: "active", latest_invoice: { ...OVERDUE, ...changes } },
  };
  const facts = await retrievePayment(
    stripe as unknown as Stripe,
    session as unknown as Stripe.Checkout.Session,
    { known: { refundedMinor: 0, fullyRefunded: false }, lookForDisputes: false },
    DEADLINE,
  );
  expect(facts.mirror.renewal).toBe(renewal);
  expect(facts.dates.nextAttemptMs).toBe(nextAttemptMs);
});

test("G06: the paid one of the first invoice's payments counts, and brings Stripe's receipt", async () => {
  const facts = await read({
    invoice: { ...OVERDUE, status: "paid" },
    charge: { amount_refunded: 200 },
    payments: [
      { status: "canceled", charge: "https://pay.stripe.com/receipts/called-off" },
      { status: "paid", charge: "https://pay.stripe.com/receipts/paid" },
    ],
  });
  expect(facts.receiptUrl).toBe("https://pay.stripe.com/receipts/paid");
  expect(facts.mirror).toEqual({ refundedMinor: 200, fullyRefunded: false, subscription: "active" });
});

test("G06: a first invoice that is not paid yet has no payment", async () => {
  const facts = await read({
    invoice: { ...OVERDUE },
    payments: [{ status: "open", charge: "https://pay.stripe.com/receipts/open" }],
  });
  expect(facts.receiptUrl).toBeUndefined();
});
