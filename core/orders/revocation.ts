import type { PaymentMirror } from "./order.ts";

/** A subscription in one of these has ended; `past_due` has not, and `paused` is a matter of its own. */
const ENDED_SUBSCRIPTIONS = ["canceled", "unpaid", "incomplete_expired"];

/** `subscription` is Stripe's status of it; undefined for a one-time payment. */
export function hasEnded(subscription: string | undefined): boolean {
  return subscription !== undefined && ENDED_SUBSCRIPTIONS.includes(subscription);
}

/**
 * Whether what was bought must not be handed out, or must be taken back: all money returned, a dispute lost, a subscription
 * ended. A partial refund does not revoke, a month given back to a subscriber neither, and a dispute that is won gives back.
 */
export function isRevoked({ mirror }: { mirror: PaymentMirror }): boolean {
  if (mirror.dispute === "lost") return true;
  return mirror.subscription === undefined ? mirror.fullyRefunded : hasEnded(mirror.subscription);
}

/**
 * Whether the order's subscription is paused: a trial that ended without a card, the customer portal, the owner. Stripe invoices
 * nothing meanwhile, so nothing is handed out, and what was bought opens again when it goes on. Nothing is taken back for good.
 * `pause_collection` is something else: it leaves the status as it is.
 * https://docs.stripe.com/api/subscriptions/object#subscription_object-status
 */
export function isPaused({ mirror }: { mirror: PaymentMirror }): boolean {
  return mirror.subscription === "paused";
}
