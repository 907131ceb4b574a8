import { customerDetails } from "../objects/checkout-session.ts";
import { announce } from "../state/announce.ts";
import type { Buyer } from "../state/state.ts";
import type { CheckoutSession } from "../state/stored.ts";
import type { World } from "../state/world.ts";
import { checkoutIntent } from "./checkout-parts.ts";
import { payInvoice } from "./invoice-payments.ts";

/**
 * Ends the buyer's part: `checkout.session.completed`. With a delayed method `paymentStatus` is "unpaid" and the
 * money (or the refusal) comes later.
 */
export function completeSession(
  world: World,
  session: CheckoutSession,
  buyer: Buyer,
  paymentStatus: "paid" | "unpaid" | "no_payment_required",
): void {
  const intent = checkoutIntent(world, session);
  intent.authenticating = null;
  session.status = "complete";
  session.payment_status = paymentStatus;
  session.url = null;
  session.customer = intent.customer;
  session.customer_details = customerDetails(buyer);
  session.subscription = intent.subscription;
  session.invoice = intent.invoice;
  if (buyer.shipping !== null) {
    session.collected_information = {
      business_name: null,
      individual_name: null,
      shipping_details: buyer.shipping,
    };
  }
  announce(world, "checkout.session.completed", session);
}

/** The first invoice is paid: the subscription starts. */
export function activateSubscription(world: World, session: CheckoutSession): void {
  const intent = checkoutIntent(world, session);
  const invoice = intent.invoice === null ? undefined : world.state.invoices[intent.invoice];
  const subscription =
    intent.subscription === null ? undefined : world.state.subscriptions[intent.subscription];
  if (invoice === undefined || subscription === undefined) return;
  payInvoice(world, invoice);
  const previousStatus = subscription.status;
  subscription.status = "active";
  if (previousStatus !== "active") {
    announce(world, "customer.subscription.updated", subscription, { status: previousStatus });
  }
}
