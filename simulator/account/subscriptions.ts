import type { Subscription } from "../state/stored.ts";
import { cancelSubscription, plannedCancellation } from "../transitions/cancel-subscription.ts";
import { failRenewal, payOverdueInvoice, renewSubscription } from "../transitions/renew-subscription.ts";
import {
  changeQuantity,
  expireIncomplete,
  pauseCollection,
  pauseSubscription,
  resumeSubscription,
  updateSubscription,
  type PauseReason,
} from "../transitions/update-subscription.ts";
import type { AccountSurroundings } from "./account.ts";
import { byId } from "./by-id.ts";

export interface SubscriptionOperations {
  /** The period ends; the next one is invoiced and paid. */
  renew(subscriptionId: string): void;
  /**
   * The period ends and its payment fails, or fails again. `final` is the last attempt: after it the subscription is canceled, left unpaid,
   * or paused.
   */
  failRenewal(subscriptionId: string, options?: { final?: boolean | EndOfDunning }): void;
  payOverdueInvoice(subscriptionId: string): void;
  /** The owner, or the buyer in the customer portal, pauses it; or a trial ends and there is no card. */
  pause(subscriptionId: string, because?: PauseReason): void;
  /** Invoices are not collected any more; the status stays as it is. */
  pauseCollection(subscriptionId: string): void;
  resume(subscriptionId: string): void;
  /** The first payment did not arrive within 23 hours: Stripe gives the subscription up. */
  expireIncomplete(subscriptionId: string): void;
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
    pause: (id, because) => doTo(id, (subscription) => pauseSubscription(world, subscription, because)),
    pauseCollection: (id) => doTo(id, (subscription) => pauseCollection(world, subscription)),
    expireIncomplete: (id) => doTo(id, (subscription) => expireIncomplete(world, subscription)),
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

type EndOfDunning = "canceled" | "unpaid" | "paused";

function endOfDunning(final: boolean | EndOfDunning): EndOfDunning | null {
  if (final === false) return null;
  return final === true ? "canceled" : final;
}
