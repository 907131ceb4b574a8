import type { ChargeFailure } from "../objects/charge.ts";
import type { CheckoutSession } from "../state/stored.ts";
import type { World } from "../state/world.ts";
import { succeed } from "./attempt-outcomes.ts";
import { checkoutIntent } from "./checkout-parts.ts";
import type { PaymentResult } from "./pay-session.ts";
import { announceForInvoice, failPaymentIntent } from "./payment-intent-outcomes.ts";

const refused: ChargeFailure = {
  code: "payment_intent_authentication_failure",
  declineCode: null,
  message:
    "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
};

/** The buyer answers the bank's 3-D Secure question. */
export function answerAuthentication(
  world: World,
  session: CheckoutSession,
  accepts: boolean,
): PaymentResult {
  const intent = checkoutIntent(world, session);
  const { authenticating } = intent;
  const paymentIntent = world.state.paymentIntents[intent.paymentIntent ?? ""];
  const paymentMethod = world.state.paymentMethods[authenticating?.paymentMethod ?? ""];
  if (authenticating === null || paymentIntent === undefined || paymentMethod === undefined) {
    throw new Error(`No 3-D Secure question is open for ${session.id}. Pay with a 3-D Secure card first.`);
  }
  intent.authenticating = null;
  paymentIntent.next_action = null;
  if (accepts) {
    const { buyer } = authenticating;
    succeed(world, { session, buyer, paymentIntent, paymentMethod }, { threeDSecure: true });
    return { status: "complete" };
  }
  // No charge was ever tried, so none is recorded.
  failPaymentIntent(world, paymentIntent, paymentMethod, refused, null);
  announceForInvoice(world, session, "invoice.payment_failed");
  return { status: "declined", failure: refused };
}
