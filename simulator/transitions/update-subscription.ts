import { announce } from "../state/announce.ts";
import { plainCopy } from "../state/plain-copy.ts";
import type { Subscription } from "../state/stored.ts";
import { nowSeconds, type World } from "../state/world.ts";
import { requireStatus } from "./require-status.ts";

/** Changes fields; what differs afterwards is announced with its old values. */
export function updateSubscription(
  world: World,
  subscription: Subscription,
  changes: Partial<Subscription>,
): void {
  const before: Partial<Subscription> = {};
  for (const key of Object.keys(changes) as (keyof Subscription)[]) {
    if (JSON.stringify(changes[key]) === JSON.stringify(subscription[key])) continue;
    Object.assign(before, { [key]: plainCopy(subscription[key]) });
  }
  if (Object.keys(before).length === 0) return;
  Object.assign(subscription, changes);
  announce(world, "customer.subscription.updated", subscription, before);
}

/** https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses */
export function expireIncomplete(world: World, subscription: Subscription): void {
  requireStatus<Subscription["status"]>(subscription, ["incomplete"]);
  updateSubscription(world, subscription, { status: "incomplete_expired" });
}

/** Another quantity from now on. No prorated invoice is made, as with `proration_behavior: "none"`. */
export function changeQuantity(world: World, subscription: Subscription, quantity: number): void {
  const [first, ...others] = subscription.items.data;
  if (first === undefined) throw new Error(`The subscription ${subscription.id} has no item.`);
  const items = { ...subscription.items, data: [{ ...first, quantity }, ...others] };
  updateSubscription(world, subscription, { items });
}

/** In which status a subscription can be paused for which reason. */
const PAUSED_FROM = {
  pause_requested: ["active", "trialing", "past_due"],
  trial_end_without_payment_method: ["trialing"],
  final_payment_failure: ["active", "past_due"],
} as const;

export type PauseReason = keyof typeof PAUSED_FROM;

/** No invoices until it resumes. Pausing *collection* is another matter: it leaves the status as it is. */
export function pauseSubscription(
  world: World,
  subscription: Subscription,
  because: PauseReason = "pause_requested",
): void {
  requireStatus<Subscription["status"]>(subscription, PAUSED_FROM[because]);
  updateSubscription(world, subscription, {
    status: "paused",
    status_details: {
      paused: {
        subscription: { type: because },
        transitioned_at: nowSeconds(world),
        type: "subscription",
      },
    },
  });
  announce(world, "customer.subscription.paused", subscription);
}

/** Invoices are made and not collected: the subscription itself goes on. */
export function pauseCollection(world: World, subscription: Subscription): void {
  requireStatus(subscription, ["active"]);
  updateSubscription(world, subscription, { pause_collection: { behavior: "void", resumes_at: null } });
}

export function resumeSubscription(world: World, subscription: Subscription): void {
  requireStatus(subscription, ["paused"]);
  updateSubscription(world, subscription, { status: "active" });
  announce(world, "customer.subscription.resumed", subscription);
}
