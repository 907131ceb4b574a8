import { customer } from "../objects/customer.ts";
import { invoice } from "../objects/invoice.ts";
import { paymentIntent, type PaymentIntentSettings } from "../objects/payment-intent.ts";
import { subscription, subscriptionItem } from "../objects/subscription.ts";
import { announce } from "../state/announce.ts";
import type { Buyer, CheckoutIntent } from "../state/state.ts";
import type { CheckoutSession, PaymentIntent } from "../state/stored.ts";
import { newId, nowSeconds, type World } from "../state/world.ts";
import { linkInvoicePayment } from "./invoice-payments.ts";
import { nextInvoiceNumber } from "./next-period.ts";

/**
 * Makes what the first attempt to pay makes, and finds it again for the next attempts: the customer (where the
 * session keeps one), the subscription with its first invoice, and the payment intent.
 */
export function preparePayment(world: World, session: CheckoutSession, buyer: Buyer): PaymentIntent {
  const intent = checkoutIntent(world, session);
  ensureCustomer(world, session, intent, buyer);
  if (session.mode === "subscription") ensureSubscription(world, session, intent, buyer);
  return ensurePaymentIntent(world, session, intent, buyer);
}

export function checkoutIntent(world: World, session: CheckoutSession): CheckoutIntent {
  const intent = world.state.checkoutIntents[session.id];
  if (intent === undefined) throw new Error(`The simulated Stripe lost what belongs to ${session.id}.`);
  return intent;
}

/** Payment mode is a guest checkout unless the shop asked for a customer; subscriptions always have one. */
export function ensureCustomer(
  world: World,
  session: CheckoutSession,
  intent: CheckoutIntent,
  buyer: Buyer,
): void {
  const wanted = session.mode === "subscription" || session.customer_creation === "always";
  if (!wanted || intent.customer !== null) return;
  const created = customer({
    id: newId(world, "cus", 14),
    buyer,
    created: nowSeconds(world),
    invoicePrefix: world.randomId(8).toUpperCase(),
  });
  world.state.customers[created.id] = created;
  intent.customer = created.id;
  announce(world, "customer.created", created);
}

function ensureSubscription(
  world: World,
  session: CheckoutSession,
  intent: CheckoutIntent,
  buyer: Buyer,
): void {
  const { state } = world;
  const subscriber = state.customers[intent.customer ?? ""];
  if (intent.subscription !== null || subscriber === undefined) return;
  const id = newId(world, "sub");
  const created = nowSeconds(world);
  const lineItems = state.lineItems[session.id] ?? [];
  const made = subscription({
    id,
    customer: subscriber.id,
    currency: session.currency ?? "usd",
    description: intent.subscriptionDescription,
    metadata: { ...intent.subscriptionMetadata },
    items: lineItems.flatMap((lineItem) => {
      const { price } = lineItem;
      if (price === null || price.type !== "recurring") return [];
      return [subscriptionItem({ id: newId(world, "si", 14), subscription: id, lineItem, price, created })];
    }),
    created,
  });
  const firstInvoice = invoice({
    id: newId(world, "in"),
    number: nextInvoiceNumber(subscriber),
    subscription: made,
    recipient: buyer,
    amount: session.amount_total ?? 0,
    billingReason: "subscription_create",
    period: { start: created, end: created },
    created,
  });
  made.latest_invoice = firstInvoice.id;
  state.subscriptions[id] = made;
  state.invoices[firstInvoice.id] = firstInvoice;
  intent.subscription = id;
  intent.invoice = firstInvoice.id;
  // From now on their events lead to the session, which stays open while the buyer is at 3-D Secure or tries another card.
  session.subscription = id;
  session.invoice = firstInvoice.id;
  announce(world, "customer.subscription.created", made);
  announce(world, "invoice.created", firstInvoice);
  announce(world, "invoice.finalized", firstInvoice);
}

function ensurePaymentIntent(
  world: World,
  session: CheckoutSession,
  intent: CheckoutIntent,
  buyer: Buyer,
): PaymentIntent {
  const { paymentIntents } = world.state;
  const existing = intent.paymentIntent === null ? undefined : paymentIntents[intent.paymentIntent];
  if (existing !== undefined) {
    // After a refused card the buyer may have changed the quantity or the way of sending.
    existing.amount = session.amount_total ?? 0;
    return existing;
  }
  const id = newId(world, "pi");
  const made = paymentIntent({
    id,
    clientSecret: `${id}_secret_${world.randomId(25)}`,
    created: nowSeconds(world),
    ...paymentIntentSettings(session, intent, buyer),
  });
  paymentIntents[id] = made;
  intent.paymentIntent = id;
  // In subscription mode the payment hangs on the invoice and the session never names it.
  if (session.mode === "payment") session.payment_intent = id;
  announce(world, "payment_intent.created", made);
  const invoiceToPay = world.state.invoices[intent.invoice ?? ""];
  if (invoiceToPay !== undefined) linkInvoicePayment(world, invoiceToPay, made);
  return made;
}

function paymentIntentSettings(
  session: CheckoutSession,
  intent: CheckoutIntent,
  buyer: Buyer,
): PaymentIntentSettings {
  const isSubscription = session.mode === "subscription";
  return {
    allowed_payment_method_types: session.allowed_payment_method_types,
    amount: session.amount_total ?? 0,
    currency: session.currency ?? "usd",
    customer: intent.customer,
    description: isSubscription ? "Subscription creation" : intent.paymentIntentDescription,
    excluded_payment_method_types: session.excluded_payment_method_types ?? null,
    // A session's own metadata does not travel to its payment: only `payment_intent_data.metadata` does.
    metadata: { ...intent.paymentIntentMetadata },
    payment_method_types: session.payment_method_types,
    receipt_email: intent.receiptEmail,
    setup_future_usage: isSubscription ? "off_session" : null,
    shipping: buyer.shipping === null ? null : { ...buyer.shipping, phone: buyer.phone ?? "" },
    statement_descriptor: intent.statementDescriptor,
    statement_descriptor_suffix: intent.statementDescriptorSuffix,
  };
}
