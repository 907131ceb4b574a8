import { announce } from "../state/announce.ts";
import type { Invoice, PaymentIntent, PaymentMethod, Subscription } from "../state/stored.ts";
import { nowSeconds, type World } from "../state/world.ts";
import { cancelSubscription } from "./cancel-subscription.ts";
import { payInvoice, paymentIntentOf } from "./invoice-payments.ts";
import { beginNextPeriod } from "./next-period.ts";
import { failPaymentIntent, succeedPaymentIntent } from "./payment-intent-outcomes.ts";
import { recordCharge } from "./record-charge.ts";
import { requireStatus } from "./require-status.ts";
import { pauseSubscription, updateSubscription } from "./update-subscription.ts";

const retryAfterSeconds = 3 * 86_400;

const failure = {
  code: "card_declined",
  declineCode: "insufficient_funds",
  message: "Your card has insufficient funds.",
};

/** A period ends: the next one is invoiced and paid. A subscription that was to end with its period ends. */
export function renewSubscription(world: World, subscription: Subscription): void {
  requireStatus(subscription, ["active"]);
  const periodEnd = Math.max(...subscription.items.data.map((item) => item.current_period_end));
  if (subscription.cancel_at !== null && subscription.cancel_at <= periodEnd) {
    cancelSubscription(world, subscription);
    return;
  }
  const { invoice, paymentIntent } = beginNextPeriod(world, subscription);
  collect(world, subscription, invoice, paymentIntent);
}

/**
 * One more attempt to collect a renewal fails: the first one begins the period, later ones try the same invoice.
 * The last one ends the dunning as the account's settings say.
 */
export function failRenewal(
  world: World,
  subscription: Subscription,
  last: "canceled" | "unpaid" | "paused" | null,
): void {
  requireStatus(subscription, ["active", "past_due"]);
  const { invoice, paymentIntent } =
    subscription.status === "active"
      ? beginNextPeriod(world, subscription)
      : overdueInvoice(world, subscription);
  const paymentMethod = paymentMethodOf(world, subscription);
  const failed = recordCharge(world, { paymentIntent, paymentMethod }, "failed", { failure });
  announce(world, "charge.failed", failed);
  failPaymentIntent(world, paymentIntent, paymentMethod, failure, failed.id);
  invoice.attempted = true;
  invoice.attempt_count += 1;
  invoice.next_payment_attempt = last === null ? nowSeconds(world) + retryAfterSeconds : null;
  announce(world, "invoice.payment_failed", invoice);
  if (last === "canceled") cancelSubscription(world, subscription, "payment_failed");
  else if (last === "paused") pauseSubscription(world, subscription, "final_payment_failure");
  else updateSubscription(world, subscription, { status: last ?? "past_due" });
}

/** The subscriber pays what is owed; a canceled subscription stays canceled. */
export function payOverdueInvoice(world: World, subscription: Subscription): void {
  const { invoice, paymentIntent } = overdueInvoice(world, subscription);
  collect(world, subscription, invoice, paymentIntent);
  if (subscription.status !== "canceled") updateSubscription(world, subscription, { status: "active" });
}

function collect(
  world: World,
  subscription: Subscription,
  invoice: Invoice,
  paymentIntent: PaymentIntent,
): void {
  const paymentMethod = paymentMethodOf(world, subscription);
  paymentIntent.payment_method = paymentMethod.id;
  paymentIntent.last_payment_error = null;
  announce(world, "charge.succeeded", recordCharge(world, { paymentIntent, paymentMethod }, "succeeded"));
  succeedPaymentIntent(world, paymentIntent);
  payInvoice(world, invoice);
}

function overdueInvoice(
  world: World,
  subscription: Subscription,
): { invoice: Invoice; paymentIntent: PaymentIntent } {
  const invoice = world.state.invoices[subscription.latest_invoice ?? ""];
  const paymentIntent = invoice === undefined ? undefined : paymentIntentOf(world, invoice);
  if (invoice?.status !== "open" || paymentIntent === undefined) {
    throw new Error(`The subscription ${subscription.id} owes nothing. Let a renewal fail first.`);
  }
  return { invoice, paymentIntent };
}

function paymentMethodOf(world: World, subscription: Subscription): PaymentMethod {
  const paymentMethod = world.state.paymentMethods[subscription.default_payment_method ?? ""];
  if (paymentMethod === undefined) {
    throw new Error(
      `The subscription ${subscription.id} has no payment method. Pay its Checkout Session first.`,
    );
  }
  return paymentMethod;
}
