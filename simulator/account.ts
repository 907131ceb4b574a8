import type { Collection } from "./state/state.ts";
import type { Refund } from "./state/stored.ts";
import type { World } from "./state/world.ts";
import { cancelSubscription } from "./transitions/cancel-subscription.ts";
import { expireSession } from "./transitions/expire-session.ts";
import { failRefund, refundableAmount, refundCharge, succeedRefund } from "./transitions/refund-charge.ts";
import { settleDebit } from "./transitions/settle-debit.ts";
import type { DeliveryQueue } from "./webhooks/delivery-queue.ts";

/** What happens in the dashboard, at banks and inside Stripe, for tests and for a developer's panel. */
export interface Account {
  expire(sessionId: string): void;
  /** The bank's answer to a delayed payment, now. Without an outcome it is the one the buyer chose. */
  settleDelayed(sessionId: string, outcome?: "succeeds" | "fails"): void;
  /** Refunds a payment intent, fully or in part, as the dashboard does. */
  refund(paymentIntentId: string, amountMinor?: number): Refund;
  succeedRefund(refundId: string): void;
  failRefund(refundId: string): void;
  cancelSubscription(subscriptionId: string): void;
  resendEvent(eventId: string): void;
  /** Every webhook is sent twice at the same moment. */
  setDuplicateDeliveries(on: boolean): void;
  /** Webhooks are lost on the way; retries too, until this is switched off. */
  setDroppedDeliveries(on: boolean): void;
}

export function createAccount(surroundings: {
  world: World;
  change<T>(transition: () => T): T;
  queue: DeliveryQueue;
}): Account {
  const { world, change, queue } = surroundings;
  const { state } = world;
  return {
    expire: (sessionId) =>
      change(() => {
        const session = byId(state.checkoutSessions, sessionId, "Checkout Session");
        if (session.status !== "open")
          throw new Error(`The Checkout Session ${sessionId} is ${session.status}, not open.`);
        expireSession(world, session);
      }),
    settleDelayed: (sessionId, outcome) =>
      change(() => settleDebit(world, byId(state.checkoutSessions, sessionId, "Checkout Session"), outcome)),
    refund: (paymentIntentId, amountMinor) =>
      change(() => {
        const paymentIntent = byId(state.paymentIntents, paymentIntentId, "payment intent");
        const charge = byId(state.charges, paymentIntent.latest_charge ?? "", "charge");
        const left = refundableAmount(charge);
        const amount = amountMinor ?? left;
        if (amount < 1 || amount > left)
          throw new Error(`Of ${paymentIntentId} only ${left} can be refunded.`);
        return structuredClone(refundCharge(world, charge, { amount, reason: null, metadata: {} }));
      }),
    succeedRefund: (refundId) => change(() => succeedRefund(world, byId(state.refunds, refundId, "refund"))),
    failRefund: (refundId) => change(() => failRefund(world, byId(state.refunds, refundId, "refund"))),
    cancelSubscription: (id) =>
      change(() => cancelSubscription(world, byId(state.subscriptions, id, "subscription"))),
    resendEvent: (eventId) => queue.resend(eventId),
    setDuplicateDeliveries: (on) => queue.setDuplicate(on),
    setDroppedDeliveries: (on) => queue.setDropped(on),
  };
}

function byId<T>(collection: Collection<T>, id: string, kind: string): T {
  const found = collection[id];
  if (found === undefined) throw new Error(`The simulated Stripe has no ${kind} ${id}.`);
  return found;
}
