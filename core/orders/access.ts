import { stateRank, type ControlRecord, type PaymentMirror } from "./order.ts";

/**
 * Whether the buyer may have, right now, what an order brought. It can go both ways: winning a dispute restores access, and so does
 * resuming a subscription.
 */
export type Access = { kind: "granted" } | { kind: "unpaid" } | { kind: "revoked"; reason: RevocationReason };

/** A paused subscription does not void a purchase, but it closes access just the same. */
export type RevocationReason = "refunded" | "dispute_lost" | "subscription_ended" | "subscription_paused";

/** An order with a failed step, such as the mail, is still paid. */
export function accessOf(control: ControlRecord): Access {
  if (stateRank(control.state) < stateRank("paid")) return { kind: "unpaid" };
  if (isRevoked(control)) return { kind: "revoked", reason: reasonOf(control) };
  return isPaused(control) ? { kind: "revoked", reason: "subscription_paused" } : { kind: "granted" };
}

function reasonOf({ mirror }: ControlRecord): RevocationReason {
  if (mirror.dispute === "lost") return "dispute_lost";
  return mirror.subscription === undefined ? "refunded" : "subscription_ended";
}

/** A subscription with one of these statuses has ended. `past_due` has not, and `paused` is a matter of its own. */
const ENDED_SUBSCRIPTIONS = ["canceled", "unpaid", "incomplete_expired"];

/** `subscription` is its status in Stripe; undefined for a one-time payment. */
export function hasEnded(subscription: string | undefined): boolean {
  return subscription !== undefined && ENDED_SUBSCRIPTIONS.includes(subscription);
}

/**
 * Whether what was bought must not be handed out, or must be taken back: all money returned, a dispute lost, a subscription
 * ended. A partial refund does not revoke, nor does giving a subscriber one month back. Winning a dispute restores.
 */
export function isRevoked({ mirror }: { mirror: PaymentMirror }): boolean {
  if (mirror.dispute === "lost") return true;
  return mirror.subscription === undefined ? mirror.fullyRefunded : hasEnded(mirror.subscription);
}

/**
 * Whether the order's subscription is paused: after a trial that ended without a card, in the customer portal, by the owner. Stripe
 * sends no invoices meanwhile, so nothing is handed out. Access opens again when the subscription resumes; nothing is taken back
 * for good. `pause_collection` is something else: it leaves the status as it is.
 * https://docs.stripe.com/api/subscriptions/object#subscription_object-status
 */
export function isPaused({ mirror }: { mirror: PaymentMirror }): boolean {
  return mirror.subscription === "paused";
}
