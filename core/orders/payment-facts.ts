import type Stripe from "stripe";

import { withinDeadline } from "../stripe/within-deadline.ts";
import type { Deadline } from "./deadline.ts";
import type { DisputeState, PaymentMirror } from "./order.ts";

export interface PaymentFacts {
  /** Undefined for a free order, and for a subscription, whose first invoice has it. */
  intent: Stripe.PaymentIntent | undefined;
  /** Stripe's own receipt, once there was a payment. */
  receiptUrl: string | undefined;
  mirror: PaymentMirror;
}

/**
 * What became of a session's payment. The session must have been retrieved with `payment_intent.latest_charge` and
 * `subscription` expanded; further questions are asked only where there is something to ask about. `lookForDisputes` asks even
 * if the charge does not call itself disputed: an inquiry is not said to.
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
  return {
    intent,
    receiptUrl: charge?.receipt_url ?? undefined,
    mirror: {
      refundedMinor: charge?.amount_refunded ?? 0,
      fullyRefunded: charge?.refunded ?? false,
      ...(dispute !== undefined && { dispute }),
      ...(subscription !== undefined && { subscription: subscription.status }),
    },
  };
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
): Promise<DisputeState | undefined> {
  const { data } = await stripe.disputes.list({ charge: charge.id, limit: 100 }, withinDeadline(deadline));
  const states = new Set(data.map((dispute) => toDisputeState(dispute.status)));
  return (["lost", "open", "inquiry", "won"] as const).find((state) => states.has(state));
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
