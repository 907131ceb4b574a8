import { announce } from "../state/announce.ts";
import type { Subscription } from "../state/stored.ts";
import { nowSeconds, type World } from "../state/world.ts";

type Reason = "cancellation_requested" | "payment_failed";

/** Ends a subscription now. */
export function cancelSubscription(
  world: World,
  subscription: Subscription,
  reason: Reason = "cancellation_requested",
): void {
  if (subscription.ended_at !== null)
    throw new Error(`The subscription ${subscription.id} has ended already.`);
  const now = nowSeconds(world);
  subscription.status = "canceled";
  // For a planned end this is the moment it was planned.
  subscription.canceled_at ??= now;
  subscription.ended_at = now;
  subscription.cancellation_details = cancellationDetails(reason);
  announce(world, "customer.subscription.deleted", subscription);
}

/**
 * The fields of a subscription that will end at `cancelAt` (seconds), or of one that will go on (null).
 * `isPeriodEnd` is true only if it was asked for by that name: with flexible billing, the customer portal and
 * `cancel_at` leave `cancel_at_period_end` false.
 * https://docs.stripe.com/billing/subscriptions/billing-mode/compare
 */
export function plannedCancellation(
  world: World,
  cancelAt: number | null,
  { isPeriodEnd }: { isPeriodEnd: boolean },
): Partial<Subscription> {
  return {
    cancel_at: cancelAt,
    cancel_at_period_end: isPeriodEnd,
    canceled_at: cancelAt === null ? null : nowSeconds(world),
    cancellation_details: cancellationDetails(cancelAt === null ? null : "cancellation_requested"),
  };
}

/** Ends every subscription whose planned end has come. */
export function cancelDueSubscriptions(world: World): void {
  const now = nowSeconds(world);
  for (const subscription of Object.values(world.state.subscriptions)) {
    const { cancel_at: cancelAt, ended_at: endedAt } = subscription;
    if (cancelAt !== null && endedAt === null && cancelAt <= now) cancelSubscription(world, subscription);
  }
}

function cancellationDetails(reason: Reason | null): Subscription["cancellation_details"] {
  return { comment: null, feedback: null, feedback_option: null, reason };
}
