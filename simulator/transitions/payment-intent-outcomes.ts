import type { ChargeFailure } from "../objects/charge.ts";
import { announce } from "../state/announce.ts";
import { plainCopy } from "../state/plain-copy.ts";
import type { CheckoutSession, PaymentIntent, PaymentMethod } from "../state/stored.ts";
import type { World } from "../state/world.ts";
import { checkoutIntent } from "./checkout-parts.ts";

export function succeedPaymentIntent(world: World, paymentIntent: PaymentIntent): void {
  paymentIntent.status = "succeeded";
  paymentIntent.amount_received = paymentIntent.amount;
  announce(world, "payment_intent.succeeded", paymentIntent);
}

/** The same payment intent may be tried again, by another card too. */
export function failPaymentIntent(
  world: World,
  paymentIntent: PaymentIntent,
  paymentMethod: PaymentMethod,
  failure: ChargeFailure,
  chargeId: string | null,
): void {
  paymentIntent.status = "requires_payment_method";
  paymentIntent.payment_method = null;
  paymentIntent.last_payment_error = {
    ...(chargeId === null ? {} : { charge: chargeId }),
    code: failure.code,
    ...(failure.declineCode === null ? {} : { decline_code: failure.declineCode }),
    doc_url: `https://stripe.com/docs/error-codes/${failure.code.replaceAll("_", "-")}`,
    message: failure.message,
    payment_method: plainCopy(paymentMethod),
    type: chargeId === null ? "invalid_request_error" : "card_error",
  };
  announce(world, "payment_intent.payment_failed", paymentIntent);
}

/** In subscription mode the first invoice shares the fate of its payment. */
export function announceForInvoice(
  world: World,
  session: CheckoutSession,
  type: "invoice.payment_failed" | "invoice.payment_action_required",
): void {
  const invoice = world.state.invoices[checkoutIntent(world, session).invoice ?? ""];
  if (invoice === undefined) return;
  invoice.attempted = true;
  announce(world, type, invoice);
}
