import type { Subscription } from "../state/stored.ts";
import { cancelSubscription, plannedCancellation } from "../transitions/cancel-subscription.ts";
import { failRenewal, payOverdueInvoice, renewSubscription } from "../transitions/renew-subscription.ts";
import {
  changeQuantity,
  pauseSubscription,
  resumeSubscription,
  updateSubscription,
} from "../transitions/update-subscription.ts";
import type { AccountSurroundings } from "./account.ts";
import { byId } from "./by-id.ts";

export interface SubscriptionOperations {
  /** The period ends; the next one is invoiced and paid. */
  renew(subscriptionId: string): void;
  /**
   * The period ends and its payment fails, or fails again. `final` is the last attempt: the subscription is canceled
   * then, or left unpaid.
   */
  failRenewal(subscriptionId: string, options?: { final?: boolean | "canceled" | "unpaid" }): void;
  payOverdueInvoice(subscriptionId: string): void;
  pause(subscriptionId: string): void;
  resume(subscriptionId: string): void;
  updateSubscription(subscriptionId: string, changes: { quantity: number }): void;
  /** Now, or as the customer portal does it: at the end of the period. */
  cancelSubscription(subscriptionId: string, options?: { atPeriodEnd?: boolean }): void;
}

export function createSubscriptionOperations({ world, change }: AccountSurroundings): SubscriptionOperations {
  const doTo = <T>(id: string, transition: (subscription: Subscription) => T): T =>
    change(() => transition(byId(world.state.subscriptions, id, "subscription")));
  return {
    renew: (id) => doTo(id, (subscription) => renewSubscription(world, subscription)),
    failRenewal: (id, { final = false } = {}) =>
      doTo(id, (subscription) => failRenewal(world, subscription, endOfDunning(final))),
    payOverdueInvoice: (id) => doTo(id, (subscription) => payOverdueInvoice(world, subscription)),
    pause: (id) => doTo(id, (subscription) => pauseSubscription(world, subscription)),
    resume: (id) => doTo(id, (subscription) => resumeSubscription(world, subscription)),
    updateSubscription: (id, { quantity }) =>
      doTo(id, (subscription) => changeQuantity(world, subscription, quantity)),
    cancelSubscription: (id, { atPeriodEnd = false } = {}) =>
      doTo(id, (subscription) => {
        if (!atPeriodEnd) {
          cancelSubscription(world, subscription);
          return;
        }
        const end = Math.max(...subscription.items.data.map((item) => item.current_period_end));
        updateSubscription(world, subscription, plannedCancellation(world, end, { isPeriodEnd: false }));
      }),
  };
}

function endOfDunning(final: boolean | "canceled" | "unpaid"): "canceled" | "unpaid" | null {
  if (final === false) return null;
  return final === true ? "canceled" : final;
}
