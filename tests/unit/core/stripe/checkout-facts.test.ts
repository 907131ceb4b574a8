import type Stripe from "stripe";
import { expect, test } from "vitest";

import { retrieveCheckoutFacts } from "../../../../core/stripe/checkout-facts.ts";
import { createDeadline } from "../../../../core/retry/deadline.ts";

const DEADLINE = createDeadline(() => 0, 60_000);
const FIRST = { billing_reason: "subscription_create", status: "paid" };

const LINE = { description: "Poster", quantity: 1, amount_total: 3_200, price: { id: "price_1" } };
const SESSION = {
  id: "cs_test_1",
  livemode: false,
  status: "complete",
  mode: "payment",
  payment_status: "paid",
  created: 1_795_000_000,
  expires_at: 1_795_003_600,
  currency: "eur",
  amount_total: 3_200,
  customer_email: "asked-for@example.com",
  customer_details: { email: "buyer@example.com", name: "Jenny Rosen", phone: "+49 30 123" },
  customer: "cus_1",
  payment_intent: null,
  subscription: null,
  invoice: null,
  url: null,
  locale: "de",
  client_reference_id: null,
  shipping_address_collection: null,
  metadata: { static_checkout: "1" },
  line_items: { data: [LINE], has_more: false },
};

interface Answer {
  session?: Record<string, unknown>;
  lines?: readonly unknown[];
  refusal?: Error;
}

async function ask({ session = {}, lines = [], refusal }: Answer) {
  const stripe = {
    checkout: {
      sessions: {
        retrieve: async () => {
          if (refusal !== undefined) throw refusal;
          return { ...SESSION, ...session };
        },
        listLineItems: async () => ({ data: lines }),
      },
    },
    disputes: { list: async () => ({ data: [], has_more: false }) },
    invoicePayments: { list: async () => ({ data: [] }) },
  };
  return retrieveCheckoutFacts(
    stripe as unknown as Stripe,
    "cs_test_1",
    {
      livemode: false,
      identity: {} as never,
      isHeld: true,
      look: { known: undefined, lookForDisputes: false },
    },
    DEADLINE,
  );
}

async function factsOf(session: Record<string, unknown>, lines: readonly unknown[] = []) {
  const truth = await ask({ session, lines });
  if (truth.kind !== "session") throw new Error(truth.kind);
  return truth.facts;
}

const stripeError = (type: string, fields: Record<string, unknown>): Error =>
  Object.assign(new Error("no"), { type, ...fields });

test("B38: a live order does not belong to a shop in test mode", async () => {
  expect(await ask({ session: { livemode: true } })).toEqual({ kind: "not_ours" });
});

test("B38: only a missing session is an answer of Stripe's; every other refusal is thrown", async () => {
  const missing = stripeError("StripeInvalidRequestError", { statusCode: 404, code: "resource_missing" });
  expect(await ask({ refusal: missing })).toEqual({ kind: "not_found" });
  for (const refusal of [
    stripeError("StripePermissionError", { statusCode: 403 }),
    stripeError("StripeAuthenticationError", { statusCode: 401 }),
    stripeError("StripeInvalidRequestError", { statusCode: 400 }),
    stripeError("StripeConnectionError", {}),
    stripeError("StripeAPIError", { statusCode: 500 }),
  ]) {
    await expect(ask({ refusal })).rejects.toBe(refusal);
  }
});

test("B38: every line of a long order is kept", async () => {
  const lines = Array.from({ length: 12 }, (_, index) => ({ ...LINE, description: `Line ${index + 1}` }));
  const { snapshot } = await factsOf({ line_items: { data: lines.slice(0, 10), has_more: true } }, lines);
  expect(snapshot.items.map(({ name }) => name).slice(-3)).toEqual(["Line 10", "Line 11", "Line 12"]);
});

test.for([
  ["processing", "awaiting_payment"],
  ["requires_payment_method", "payment_failed"],
  ["canceled", "payment_failed"],
] as const)("B02: a debit whose payment is %s is %s", async ([status, state]) => {
  const session = { payment_status: "unpaid", payment_intent: { id: "pi_1", status, latest_charge: null } };
  expect((await factsOf(session)).state).toBe(state);
});

test("B14: the amount in the buyer's own currency is kept beside the price, unless it is the shop's currency", async () => {
  const presented = (currency: string) => ({
    presentment_details: { presentment_currency: currency, presentment_amount: 3_700 },
  });
  expect((await factsOf(presented("usd"))).snapshot.presentment).toEqual({
    currency: "usd",
    amountMinor: 3_700,
  });
  expect((await factsOf(presented("eur"))).snapshot.presentment).toBeUndefined();
});

test("F04: a trial at the beginning counts, and one that the owner grants months later does not", async () => {
  const began = async (trialStart: number | null) =>
    (
      await factsOf({
        mode: "subscription",
        subscription: { id: "sub_1", status: "active", trial_start: trialStart, latest_invoice: FIRST },
      })
    ).snapshot.isTrial;
  expect(await began(1_795_000_500)).toBe(true);
  expect(await began(1_803_000_000)).toBeUndefined();
  expect(await began(null)).toBeUndefined();
});

test("F15: an order keeps exactly these facts of its session", async () => {
  const charge = { receipt_url: "https://pay.stripe.com/receipts/1", amount_refunded: 0, refunded: false };
  const { snapshot } = await factsOf({
    payment_intent: { id: "pi_1", status: "succeeded", latest_charge: charge },
    client_reference_id: "visitor-7",
  });
  expect(snapshot).toEqual({
    v: 1,
    orderId: "cs_test_1",
    livemode: false,
    mode: "payment",
    createdMs: 1_795_000_000_000,
    items: [{ priceId: "price_1", name: "Poster", quantity: 1, amountMinor: 3_200 }],
    currency: "eur",
    totalMinor: 3_200,
    locale: "de",
    buyer: { email: "buyer@example.com", name: "Jenny Rosen" },
    customerId: "cus_1",
    paymentIntentId: "pi_1",
    receiptUrl: "https://pay.stripe.com/receipts/1",
    clientReferenceId: "visitor-7",
  });
});

test("a language that Stripe left to the browser is not kept", async () => {
  expect((await factsOf({ locale: "auto" })).snapshot.locale).toBeUndefined();
  expect((await factsOf({ locale: null })).snapshot.locale).toBeUndefined();
  expect((await factsOf({ locale: "fr" })).snapshot.locale).toBe("fr");
});
