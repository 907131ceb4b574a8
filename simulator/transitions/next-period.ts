import { invoice } from "../objects/invoice.ts";
import { paymentIntent } from "../objects/payment-intent.ts";
import { itemInNextPeriod } from "../objects/subscription.ts";
import { announce } from "../state/announce.ts";
import type { Customer, Invoice, PaymentIntent, Subscription } from "../state/stored.ts";
import { newId, nowSeconds, type World } from "../state/world.ts";
import { linkInvoicePayment } from "./invoice-payments.ts";
import { updateSubscription } from "./update-subscription.ts";

/** The next period begins, with its invoice finalized and a payment intent to pay it, both not paid yet. */
export function beginNextPeriod(
  world: World,
  subscription: Subscription,
): { invoice: Invoice; paymentIntent: PaymentIntent } {
  const customer = world.state.customers[subscription.customer];
  if (customer === undefined) throw new Error(`The customer of ${subscription.id} is gone.`);
  const items = subscription.items.data.map((item) => itemInNextPeriod(item));
  const amount = items.reduce((sum, item) => sum + (item.price.unit_amount ?? 0) * (item.quantity ?? 1), 0);
  const invoiceId = newId(world, "in");
  const endedPeriod = subscription.items.data[0];
  updateSubscription(world, subscription, {
    items: { ...subscription.items, data: items },
    latest_invoice: invoiceId,
  });
  const made = invoice({
    id: invoiceId,
    number: nextInvoiceNumber(customer),
    subscription,
    recipient: customer,
    amount,
    billingReason: "subscription_cycle",
    period: {
      start: endedPeriod?.current_period_start ?? nowSeconds(world),
      end: endedPeriod?.current_period_end ?? nowSeconds(world),
    },
    created: nowSeconds(world),
  });
  world.state.invoices[invoiceId] = made;
  announce(world, "invoice.created", made);
  announce(world, "invoice.finalized", made);
  const paying = renewalPaymentIntent(world, subscription, made);
  linkInvoicePayment(world, made, paying);
  return { invoice: made, paymentIntent: paying };
}

/** `6F2A81B0-0002`: invoices are numbered for each customer. */
export function nextInvoiceNumber(customer: Customer): string {
  const sequence = customer.next_invoice_sequence ?? 1;
  customer.next_invoice_sequence = sequence + 1;
  return `${customer.invoice_prefix}-${String(sequence).padStart(4, "0")}`;
}

function renewalPaymentIntent(world: World, subscription: Subscription, made: Invoice): PaymentIntent {
  const id = newId(world, "pi");
  const method = world.state.paymentMethods[subscription.default_payment_method ?? ""];
  const paying = paymentIntent({
    id,
    clientSecret: `${id}_secret_${world.randomId(25)}`,
    allowed_payment_method_types: null,
    amount: made.amount_due,
    currency: made.currency,
    customer: subscription.customer,
    description: "Subscription update",
    excluded_payment_method_types: null,
    metadata: {},
    payment_method_types: [method?.type ?? "card"],
    receipt_email: null,
    setup_future_usage: null,
    shipping: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    created: nowSeconds(world),
  });
  world.state.paymentIntents[id] = paying;
  announce(world, "payment_intent.created", paying);
  return paying;
}
