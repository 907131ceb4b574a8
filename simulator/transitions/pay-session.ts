import type { ChargeFailure } from "../objects/charge.ts";
import { cardPaymentMethod, sepaPaymentMethod } from "../objects/payment-method.ts";
import type { Buyer } from "../state/state.ts";
import type { CheckoutSession, PaymentIntent, PaymentMethod } from "../state/stored.ts";
import { newId, nowSeconds, type World } from "../state/world.ts";
import { askForAuthentication, decline, startDebit, succeed, type Attempt } from "./attempt-outcomes.ts";
import { checkoutIntent, ensureCustomer, preparePayment } from "./checkout-parts.ts";
import { completeSession } from "./complete-session.ts";
import { cardBehavior, cardDetails } from "./test-cards.ts";

export type PaymentChoice =
  | { method: "card"; card: { number: string; expMonth: number; expYear: number } }
  | { method: "sepa_debit"; outcome: "succeeds" | "fails"; settlesAfterMs: number }
  | { method: "none" };

export type PaymentResult =
  | { status: "complete" }
  | { status: "requires_action" }
  | { status: "declined"; failure: ChargeFailure };

/** The buyer presses "Pay" on the hosted page. The session is open. */
export function paySession(
  world: World,
  session: CheckoutSession,
  buyer: Buyer,
  choice: PaymentChoice,
): PaymentResult {
  if (choice.method === "none") {
    ensureCustomer(world, session, checkoutIntent(world, session), buyer);
    completeSession(world, session, buyer, "no_payment_required");
    return { status: "complete" };
  }
  const paymentIntent = preparePayment(world, session, buyer);
  const paymentMethod = attachPaymentMethod(world, paymentIntent, buyer, choice);
  // A buyer who went back from the bank's page starts over.
  checkoutIntent(world, session).authenticating = null;
  paymentIntent.next_action = null;
  const attempt: Attempt = { session, buyer, paymentIntent, paymentMethod };
  if (choice.method === "sepa_debit") {
    startDebit(world, attempt, { outcome: choice.outcome, dueAt: world.now() + choice.settlesAfterMs });
    return { status: "complete" };
  }
  const behavior = cardBehavior(choice.card.number);
  if (behavior.kind === "declines") {
    decline(world, attempt, behavior.failure);
    return { status: "declined", failure: behavior.failure };
  }
  if (behavior.kind === "authenticates") {
    askForAuthentication(world, attempt);
    return { status: "requires_action" };
  }
  succeed(world, attempt, { threeDSecure: false });
  return { status: "complete" };
}

function attachPaymentMethod(
  world: World,
  paymentIntent: PaymentIntent,
  buyer: Buyer,
  choice: Exclude<PaymentChoice, { method: "none" }>,
): PaymentMethod {
  const id = newId(world, "pm");
  const created = nowSeconds(world);
  const paymentMethod =
    choice.method === "card"
      ? cardPaymentMethod({ id, card: cardDetails(choice.card), buyer, created })
      : sepaPaymentMethod({ id, buyer, created });
  paymentMethod.customer = paymentIntent.customer;
  world.state.paymentMethods[id] = paymentMethod;
  paymentIntent.payment_method = id;
  paymentIntent.last_payment_error = null;
  return paymentMethod;
}
