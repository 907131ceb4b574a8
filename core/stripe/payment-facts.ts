import type Stripe from "stripe";

import { disputeMirror } from "../orders/disputes.ts";
import type { PaymentDates } from "../orders/facts.ts";
import type { DisputeState, PaymentMirror, RenewalState } from "../orders/order.ts";
import type { PaymentLook } from "../orders/payment-look.ts";
import type { Deadline } from "../retry/deadline.ts";
import { expanded, idOf } from "./ids.ts";
import { retrieveDisputes, retrieveSubscriptionCharges } from "./subscription-charges.ts";
import { withinDeadline } from "./within-deadline.ts";

export interface PaymentFacts {
  /** Undefined for a free order, and for a subscription: its first invoice has the payment intent. */
  intent: Stripe.PaymentIntent | undefined;
  /** Stripe's own receipt, once there was a payment. */
  receiptUrl: string | undefined;
  mirror: PaymentMirror;
  dates: PaymentDates;
}

/**
 * What became of a session's payments. The session must have been retrieved with `payment_intent.latest_charge` and
 * `subscription.latest_invoice` expanded. Further requests are made only where there is something to ask about.
 */
export async function retrievePayment(
  stripe: Stripe,
  session: Stripe.Checkout.Session,
  look: PaymentLook,
  deadline: Deadline,
): Promise<PaymentFacts> {
  const subscription = expanded(session.subscription);
  const intent = expanded(session.payment_intent);
  const first = expanded(
    (intent ?? (await firstInvoicePayment(stripe, session, deadline)))?.latest_charge ?? null,
  );
  const money =
    subscription !== undefined && look.known !== undefined
      ? carriedOver(look.known)
      : await retrieveMoney(stripe, { first, subscription }, look.lookForDisputes, deadline);
  const renewal = failedRenewal(subscription);
  return {
    intent,
    receiptUrl: first?.receipt_url ?? undefined,
    mirror: {
      ...money.mirror,
      ...(subscription !== undefined && { subscription: subscription.status }),
      ...(renewal !== undefined && { renewal: renewal.state }),
    },
    dates: {
      ...(money.disputed !== undefined && { disputed: money.disputed }),
      ...(renewal?.nextMs !== undefined && { nextAttemptMs: renewal.nextMs }),
    },
  };
}

/** What Stripe has in charges and disputes. */
interface Money {
  mirror: Omit<PaymentMirror, "subscription" | "renewal">;
  disputed?: NonNullable<PaymentDates["disputed"]>;
}

function carriedOver({ subscription: _status, renewal: _renewal, ...mirror }: PaymentMirror): Money {
  return { mirror };
}

/** `first` is the payment made at Checkout; undefined if nothing was to be paid, or nothing is paid yet. */
async function retrieveMoney(
  stripe: Stripe,
  {
    first,
    subscription,
  }: { first: Stripe.Charge | undefined; subscription: Stripe.Subscription | undefined },
  lookForDisputes: boolean,
  deadline: Deadline,
): Promise<Money> {
  const charges =
    subscription !== undefined && isRenewed(subscription)
      ? await retrieveSubscriptionCharges(stripe, subscription, deadline)
      : [first].filter((charge) => charge !== undefined);
  const mayBeDisputed = lookForDisputes || charges.some(({ disputed }) => disputed);
  const disputes = mayBeDisputed ? await retrieveDisputes(stripe, charges, deadline) : [];
  return {
    mirror: {
      refundedMinor: charges.reduce((sum, charge) => sum + charge.amount_refunded, 0),
      fullyRefunded: first?.refunded ?? false,
      ...disputeMirror(disputes.map(({ status }) => toDisputeState(status))),
    },
    disputed: newestOfEach(disputes),
  };
}

/** Whether there may be payments besides the one made at Checkout. */
function isRenewed({ latest_invoice: invoice }: Stripe.Subscription): boolean {
  return expanded(invoice)?.billing_reason !== "subscription_create";
}

/** `disputes` are newest first. */
function newestOfEach(disputes: readonly Stripe.Dispute[]): NonNullable<PaymentDates["disputed"]> {
  const oldestFirst = disputes.toReversed().map(({ status, amount, evidence_details: { due_by: dueBy } }) => {
    const state = toDisputeState(status);
    const isWaiting = (state === "open" || state === "inquiry") && dueBy !== null && dueBy > 0;
    return [state, { amountMinor: amount, ...(isWaiting && { dueMs: dueBy * 1000 }) }] as const;
  });
  return Object.fromEntries(oldestFirst);
}

/**
 * Undefined unless Stripe could not collect the last invoice. The first invoice of a subscription does not count: the buyer is still
 * at the payment page, perhaps at 3-D Secure. `next_payment_attempt: null` means that Stripe has stopped trying:
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

/**
 * https://docs.stripe.com/disputes/how-disputes-work. `prevented` is a chargeback that was averted by refunding at once: for the
 * order it is as good as lost.
 */
function toDisputeState(status: Stripe.Dispute.Status): DisputeState {
  if (status === "won" || status === "warning_closed") return "won";
  if (status === "lost" || status === "prevented") return "lost";
  return status.startsWith("warning_") ? "inquiry" : "open";
}
