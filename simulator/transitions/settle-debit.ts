import { chargeOutcome } from "../objects/charge.ts";
import { announce } from "../state/announce.ts";
import type { CheckoutSession } from "../state/stored.ts";
import type { World } from "../state/world.ts";
import { checkoutIntent } from "./checkout-parts.ts";
import { activateSubscription } from "./complete-session.ts";
import { announceForInvoice, failPaymentIntent, succeedPaymentIntent } from "./payment-intent-outcomes.ts";

/** The bank answers, in reality days later. `outcome` overrides what the buyer chose on the page. */
export function settleDebit(world: World, session: CheckoutSession, outcome?: "succeeds" | "fails"): void {
  const intent = checkoutIntent(world, session);
  const paymentIntent = world.state.paymentIntents[intent.paymentIntent ?? ""];
  const charge = world.state.charges[paymentIntent?.latest_charge ?? ""];
  const paymentMethod = world.state.paymentMethods[paymentIntent?.payment_method ?? ""];
  const { settling } = intent;
  if (
    settling === null ||
    paymentIntent === undefined ||
    charge === undefined ||
    paymentMethod === undefined
  ) {
    throw new Error(`${session.id} is not waiting for a bank. Pay it by a delayed method first.`);
  }
  intent.settling = null;
  if ((outcome ?? settling.outcome) === "succeeds") {
    charge.status = "succeeded";
    charge.amount_captured = charge.amount;
    announce(world, "charge.succeeded", charge);
    succeedPaymentIntent(world, paymentIntent);
    const subscription = world.state.subscriptions[intent.subscription ?? ""];
    if (subscription !== undefined) subscription.default_payment_method = paymentMethod.id;
    if (session.mode === "subscription") activateSubscription(world, session);
    session.payment_status = "paid";
    announce(world, "checkout.session.async_payment_succeeded", session);
    return;
  }
  const failure = {
    code: "payment_method_customer_decline",
    declineCode: "insufficient_funds",
    message: "The customer's bank account has insufficient funds.",
  };
  charge.status = "failed";
  charge.paid = false;
  charge.captured = false;
  charge.outcome = chargeOutcome(failure);
  charge.receipt_url = null;
  charge.failure_code = failure.declineCode;
  charge.failure_message = failure.message;
  announce(world, "charge.failed", charge);
  failPaymentIntent(world, paymentIntent, paymentMethod, failure, charge.id);
  announceForInvoice(world, session, "invoice.payment_failed");
  announce(world, "checkout.session.async_payment_failed", session);
}
