import type { ChargeFailure } from "../objects/charge.ts";
import { announce } from "../state/announce.ts";
import type { Buyer, CheckoutIntent } from "../state/state.ts";
import type { CheckoutSession, PaymentIntent, PaymentMethod } from "../state/stored.ts";
import type { World } from "../state/world.ts";
import { checkoutIntent } from "./checkout-parts.ts";
import { activateSubscription, completeSession } from "./complete-session.ts";
import { announceForInvoice, failPaymentIntent, succeedPaymentIntent } from "./payment-intent-outcomes.ts";
import { recordCharge } from "./record-charge.ts";

/** One try to pay an open session. */
export interface Attempt {
  session: CheckoutSession;
  buyer: Buyer;
  paymentIntent: PaymentIntent;
  paymentMethod: PaymentMethod;
}

export function succeed(world: World, attempt: Attempt, { threeDSecure }: { threeDSecure: boolean }): void {
  const { session, buyer, paymentIntent, paymentMethod } = attempt;
  announce(world, "charge.succeeded", recordCharge(world, attempt, "succeeded", { threeDSecure }));
  succeedPaymentIntent(world, paymentIntent);
  if (session.mode === "subscription") {
    const subscription = world.state.subscriptions[checkoutIntent(world, session).subscription ?? ""];
    if (subscription !== undefined) subscription.default_payment_method = paymentMethod.id;
    announce(world, "payment_method.attached", paymentMethod);
    activateSubscription(world, session);
  }
  completeSession(world, session, buyer, "paid");
}

export function decline(world: World, attempt: Attempt, failure: ChargeFailure): void {
  const { session, paymentIntent, paymentMethod } = attempt;
  const failed = recordCharge(world, attempt, "failed", { failure });
  announce(world, "charge.failed", failed);
  failPaymentIntent(world, paymentIntent, paymentMethod, failure, failed.id);
  announceForInvoice(world, session, "invoice.payment_failed");
}

export function askForAuthentication(world: World, attempt: Attempt): void {
  const { session, buyer, paymentIntent, paymentMethod } = attempt;
  paymentIntent.status = "requires_action";
  paymentIntent.next_action = {
    type: "redirect_to_url",
    redirect_to_url: {
      return_url: session.url,
      url: new URL(`/c/pay/${session.id}/authenticate`, world.publicUrl).href,
    },
  };
  checkoutIntent(world, session).authenticating = { paymentMethod: paymentMethod.id, buyer };
  announce(world, "payment_intent.requires_action", paymentIntent);
  // The payment has not failed yet, but Stripe sends this while a subscriber is at 3-D Secure.
  announceForInvoice(world, session, "invoice.payment_failed");
  announceForInvoice(world, session, "invoice.payment_action_required");
}

/** The order is placed; the bank says later whether it is paid (settle-debit.ts). */
export function startDebit(
  world: World,
  attempt: Attempt,
  settling: NonNullable<CheckoutIntent["settling"]>,
): void {
  const { session, buyer, paymentIntent } = attempt;
  const pending = recordCharge(world, attempt, "pending");
  paymentIntent.status = "processing";
  checkoutIntent(world, session).settling = settling;
  announce(world, "charge.pending", pending);
  announce(world, "payment_intent.processing", paymentIntent);
  completeSession(world, session, buyer, "unpaid");
}
