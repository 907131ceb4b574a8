import { customer } from "../objects/customer.ts";
import { invoice } from "../objects/invoice.ts";
import { paymentIntent } from "../objects/payment-intent.ts";
import { subscription, subscriptionItem } from "../objects/subscription.ts";
import { announce } from "../state/announce.ts";
import type { Buyer, CheckoutIntent } from "../state/state.ts";
import type { CheckoutSession, PaymentIntent } from "../state/stored.ts";
import { newId, nowSeconds, type World } from "../state/world.ts";

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
  if (intent.subscription !== null || intent.customer === null) return;
  const { state } = world;
  const id = newId(world, "sub");
  const created = nowSeconds(world);
  const lineItems = state.lineItems[session.id] ?? [];
  const made = subscription({
    id,
    customer: intent.customer,
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
  const prefix = state.customers[intent.customer]?.invoice_prefix ?? "SIMULATED";
  const firstInvoice = invoice({
    id: newId(world, "in"),
    number: `${prefix}-0001`,
    subscription: made,
    buyer,
    amount: session.amount_total ?? 0,
    created,
  });
  made.latest_invoice = firstInvoice.id;
  state.subscriptions[id] = made;
  state.invoices[firstInvoice.id] = firstInvoice;
  intent.subscription = id;
  intent.invoice = firstInvoice.id;
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
  if (existing !== undefined) return existing;
  const id = newId(world, "pi");
  const made = paymentIntent({
    id,
    clientSecret: `${id}_secret_${world.randomId(25)}`,
    session,
    intent,
    customer: intent.customer,
    created: nowSeconds(world),
  });
  if (buyer.shipping !== null) made.shipping = { ...buyer.shipping, phone: buyer.phone ?? "" };
  paymentIntents[id] = made;
  intent.paymentIntent = id;
  // In subscription mode the payment hangs on the invoice and the session never names it.
  if (session.mode === "payment") session.payment_intent = id;
  announce(world, "payment_intent.created", made);
  return made;
}
