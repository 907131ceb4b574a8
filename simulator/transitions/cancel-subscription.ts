import { announce } from "../state/announce.ts";
import type { Subscription } from "../state/stored.ts";
import { nowSeconds, type World } from "../state/world.ts";

/** Ends a subscription now. */
export function cancelSubscription(world: World, subscription: Subscription): void {
  const now = nowSeconds(world);
  subscription.status = "canceled";
  subscription.canceled_at = now;
  subscription.ended_at = now;
  subscription.cancellation_details = {
    comment: null,
    feedback: null,
    feedback_option: null,
    reason: "cancellation_requested",
  };
  announce(world, "customer.subscription.deleted", subscription);
}
