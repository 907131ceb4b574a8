import type Stripe from "stripe";

import { withinDeadline } from "../stripe/within-deadline.ts";
import type { Deadline } from "./deadline.ts";
import type { DisputeState, PaymentMirror, RenewalState } from "./order.ts";

export interface PaymentFacts {
  /** Undefined for a free order, and for a subscription, whose first invoice has it. */
  intent: Stripe.PaymentIntent | undefined;
  /** Stripe's own receipt, once there was a payment. */
  receiptUrl: string | undefined;
  mirror: PaymentMirror;
  dates: PaymentDates;
}

/** What a person wants to know beside the mirror; told to the owner and kept nowhere. In ms since 1970. */
export interface PaymentDates {
  /** The bank wants evidence by then. */
  disputeDueMs?: number;
  /** Stripe tries then to collect a renewal that failed. */
  nextAttemptMs?: number;
}

/**
 * What became of a session's payment. The session must have been retrieved with `payment_intent.latest_charge` and
 * `subscription.latest_invoice` expanded; further questions are asked only where there is something to ask about.
 * `lookForDisputes` asks even if the charge does not call itself disputed: an inquiry is not said to.
 */
export async function retrievePayment(
  stripe: Stripe,
  session: Stripe.Checkout.Session,
  lookForDisputes: boolean,
  deadline: Deadline,
): Promise<PaymentFacts> {
  const subscription = expanded(session.subscription);
  const intent = expanded(session.payment_intent);
  const charge = expanded(
    (intent ?? (await firstInvoicePayment(stripe, session, deadline)))?.latest_charge ?? null,
  );
  const ask = charge !== undefined && (charge.disputed || lookForDisputes);
  const dispute = ask ? await retrieveDispute(stripe, charge, deadline) : undefined;
  const renewal = failedRenewal(subscription);
  return {
    intent,
    receiptUrl: charge?.receipt_url ?? undefined,
    mirror: {
      refundedMinor: charge?.amount_refunded ?? 0,
      fullyRefunded: charge?.refunded ?? false,
      ...(dispute !== undefined && { dispute: dispute.state }),
      ...(subscription !== undefined && { subscription: subscription.status }),
      ...(renewal !== undefined && { renewal: renewal.state }),
    },
    dates: {
      ...(dispute?.dueMs !== undefined && { disputeDueMs: dispute.dueMs }),
      ...(renewal?.nextMs !== undefined && { nextAttemptMs: renewal.nextMs }),
    },
  };
}

/**
 * Undefined unless the last invoice is one that Stripe could not collect. The first invoice of a subscription does not count: its
 * buyer is still at the payment page, perhaps at 3-D Secure. `next_payment_attempt: null` is the end of Stripe's tries:
 * https://docs.stripe.com/billing/revenue-recovery/smart-retries
 */
function failedRenewal(
  subscription: Stripe.Subscription | undefined,
): { state: RenewalState; nextMs?: number } | undefined {
  const invoice = expanded(subscription?.latest_invoice);
  if (invoice === undefined || invoice.billing_reason === "subscription_create") return undefined;
  const isOwed = invoice.status === "open" || invoice.status === "uncollectible";
  if (!isOwed || invoice.attempt_count === 0) return undefined;
  const next = invoice.next_payment_attempt;
  return next === null ? { state: "failed_finally" } : { state: "failed", nextMs: next * 1000 };
}

/** The payment that started a subscription belongs to its first invoice, not to the session. */
async function firstInvoicePayment(
  stripe: Stripe,
  session: Stripe.Checkout.Session,
  deadline: Deadline,
): Promise<Stripe.PaymentIntent | undefined> {
  const invoice = idOf(session.invoice);
  if (invoice === undefined) return undefined;
  const { data } = await stripe.invoicePayments.list(
    { invoice, status: "paid", expand: ["data.payment.payment_intent.latest_charge"] },
    withinDeadline(deadline),
  );
  return expanded(data[0]?.payment.payment_intent ?? null);
}

/** Of several disputes about one charge the gravest counts. */
async function retrieveDispute(
  stripe: Stripe,
  charge: Stripe.Charge,
  deadline: Deadline,
): Promise<{ state: DisputeState; dueMs?: number } | undefined> {
  const { data } = await stripe.disputes.list({ charge: charge.id, limit: 100 }, withinDeadline(deadline));
  for (const state of ["lost", "open", "inquiry", "won"] as const) {
    const dispute = data.find(({ status }) => toDisputeState(status) === state);
    if (dispute === undefined) continue;
    const dueSeconds = dispute.evidence_details.due_by;
    const isWaiting = (state === "open" || state === "inquiry") && dueSeconds !== null && dueSeconds > 0;
    return isWaiting ? { state, dueMs: dueSeconds * 1000 } : { state };
  }
  return undefined;
}

/**
 * https://docs.stripe.com/disputes/how-disputes-work. `prevented` is a chargeback that was headed off by giving the money back at
 * once: for the order as good as lost.
 */
function toDisputeState(status: Stripe.Dispute.Status): DisputeState {
  if (status === "won" || status === "warning_closed") return "won";
  if (status === "lost" || status === "prevented") return "lost";
  return status.startsWith("warning_") ? "inquiry" : "open";
}

/** The object, if it was expanded. */
function expanded<T extends { id: string }>(value: string | T | null | undefined): T | undefined {
  return value === null || typeof value === "string" ? undefined : value;
}

export function idOf(value: string | { id: string } | null | undefined): string | undefined {
  return typeof value === "string" ? value : value?.id;
}
