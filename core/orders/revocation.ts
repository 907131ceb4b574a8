import type { PaymentMirror } from "./order.ts";

/** A subscription in one of these has ended; `past_due` and `paused` have not. */
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
