import type Stripe from "stripe";

import type { CheckoutFacts, Truth } from "../orders/facts.ts";
import { sumsOf } from "../orders/order-sums.ts";
import type { OrderId, OrderItem, OrderSnapshot } from "../orders/order.ts";
import type { PaymentLook } from "../orders/payment-look.ts";
import { hasEnded } from "../orders/access.ts";
import type { Deadline } from "../retry/deadline.ts";
import { classifyStripeError } from "./errors.ts";
import { idOf } from "./ids.ts";
import { correctedAddress, isSale } from "./metadata.ts";
import { retrievePayment, type PaymentFacts } from "./payment-facts.ts";
import { isRedactedMetadata, unlessRedacted } from "./redaction.ts";
import { soldIn } from "./session-owner.ts";
import { soldLines } from "./sold-lines.ts";
import { whoseSale, type ShopIdentity } from "./whose-sale.ts";
import { withinDeadline } from "./within-deadline.ts";

export interface FactsOptions {
  livemode: boolean;
  identity: ShopIdentity;
  /** The shop already has a record of it. Then it is the shop's wherever it was sold, even after Stripe has redacted the session. */
  isHeld: boolean;
  look: PaymentLook;
}

/**
 * Asks Stripe for the session, its line items and what became of its payment. Webhook payloads are never used for this: they
 * may be old, lack line items, and follow the endpoint's API version instead of ours.
 * @throws when Stripe cannot be asked; only "there is no such session" is an answer.
 */
export async function retrieveCheckoutFacts(
  stripe: Stripe,
  orderId: OrderId,
  options: FactsOptions,
  deadline: Deadline,
): Promise<Truth> {
  const session = await retrieveSession(stripe, orderId, deadline);
  if (session === undefined) return { kind: "not_found" };
  if (session.livemode !== options.livemode) return { kind: "not_ours" };
  const isOurs = options.isHeld || whoseSale(soldIn(session), options.identity) === "ours";
  const wasRedacted = isRedactedMetadata(session.metadata);
  if (!isOurs || !isSale(session) || (wasRedacted && !options.isHeld))
    return { kind: "not_ours", ...(wasRedacted && { wasRedacted }) };

  const lines = await lineItems(stripe, session, deadline);
  const payment = await retrievePayment(stripe, session, options.look, deadline);
  return {
    kind: "session",
    facts: {
      status: sessionStatus(session),
      state: stateOf(session, payment),
      mirror: payment.mirror,
      dates: payment.dates,
      checkoutUrl: session.url ?? undefined,
      snapshot: toSnapshot(session, lines, payment),
    },
  };
}

async function retrieveSession(
  stripe: Stripe,
  orderId: OrderId,
  deadline: Deadline,
): Promise<Stripe.Checkout.Session | undefined> {
  const expand = ["line_items", "payment_intent.latest_charge", "subscription.latest_invoice"];
  try {
    return await stripe.checkout.sessions.retrieve(orderId, { expand }, withinDeadline(deadline));
  } catch (error) {
    if (classifyStripeError(error) === "not_found") return undefined;
    throw error;
  }
}

/** Expanding returns only the first few line items; a longer list is fetched whole (a session has at most 100). */
async function lineItems(
  stripe: Stripe,
  session: Stripe.Checkout.Session,
  deadline: Deadline,
): Promise<readonly Stripe.LineItem[]> {
  if (session.line_items?.has_more !== true) return session.line_items?.data ?? [];
  const page = await stripe.checkout.sessions.listLineItems(
    session.id,
    { limit: 100 },
    withinDeadline(deadline),
  );
  return page.data;
}

function sessionStatus({ status }: Stripe.Checkout.Session): CheckoutFacts["status"] {
  if (status === "open") return "open";
  return status === "expired" ? "expired" : "complete";
}

function stateOf(session: Stripe.Checkout.Session, { intent, mirror }: PaymentFacts): CheckoutFacts["state"] {
  if (session.status !== "complete") return "awaiting_payment";
  // `no_payment_required` is a free order, or a trial: as good as paid.
  if (session.payment_status !== "unpaid") return "paid";
  // A delayed payment that failed leaves its payment intent without a payment method (while it is under way: `processing`). A
  // subscription that it was to start has ended.
  const failed = intent?.status === "requires_payment_method" || intent?.status === "canceled";
  return failed || hasEnded(mirror.subscription) ? "payment_failed" : "awaiting_payment";
}

function toSnapshot(
  session: Stripe.Checkout.Session,
  lines: readonly Stripe.LineItem[],
  { receiptUrl }: PaymentFacts,
): OrderSnapshot {
  const soldAs = soldLines(lines, session.metadata);
  const customerId = idOf(session.customer);
  const paymentIntentId = idOf(session.payment_intent);
  const subscriptionId = idOf(session.subscription);
  const email = unlessRedacted(session.customer_details?.email);
  const name = unlessRedacted(session.customer_details?.name);
  const mailTo = unlessRedacted(correctedAddress(session.metadata));
  return {
    v: 1,
    orderId: session.id,
    livemode: session.livemode,
    mode: session.mode === "subscription" ? "subscription" : "payment",
    createdMs: session.created * 1000,
    items: lines.map((line) => toItem(line, soldAs(line))),
    currency: session.currency ?? "",
    totalMinor: session.amount_total ?? 0,
    ...sumsOf(session),
    ...(needsShipping(session) && { needsShipping: true as const }),
    ...(beganWithTrial(session) && { isTrial: true as const }),
    ...presentmentOf(session),
    ...(isLanguage(session.locale) && { locale: session.locale }),
    buyer: { ...(email !== undefined && { email }), ...(name !== undefined && { name }) },
    ...(mailTo !== undefined && { mailTo }),
    ...(customerId !== undefined && { customerId }),
    ...(paymentIntentId !== undefined && { paymentIntentId }),
    ...(subscriptionId !== undefined && { subscriptionId }),
    ...(receiptUrl !== undefined && { receiptUrl }),
    ...(session.client_reference_id !== null && { clientReferenceId: session.client_reference_id }),
  };
}

/** True when Checkout asked for an address. Without one, as for a file, there is nothing to ship. */
function needsShipping(session: Stripe.Checkout.Session): boolean {
  const { shipping_address_collection: asked, collected_information: collected } = session;
  return (asked ?? collected?.shipping_details ?? null) !== null;
}

/** A trial that the owner adds later, by hand, does not count. The subscription must be expanded. */
function beganWithTrial({ subscription, expires_at: expiresAt }: Stripe.Checkout.Session): boolean {
  if (subscription === null || typeof subscription === "string") return false;
  return subscription.trial_start !== null && subscription.trial_start <= expiresAt;
}

/** With Adaptive Pricing a buyer may pay in a currency other than the shop's: https://docs.stripe.com/payments/currencies/localize-prices/adaptive-pricing */
function presentmentOf({
  presentment_details: presentment,
  currency,
}: Stripe.Checkout.Session): Pick<OrderSnapshot, "presentment"> {
  if (presentment === undefined || presentment.presentment_currency === currency) return {};
  const { presentment_currency: buyersCurrency, presentment_amount: amountMinor } = presentment;
  return { presentment: { currency: buyersCurrency, amountMinor } };
}

/** `auto` leaves the language to the browser, and Stripe does not say which one it was. */
function isLanguage(locale: string | null): locale is string {
  return locale !== null && locale !== "auto";
}

function toItem(
  line: Stripe.LineItem,
  soldAs: Pick<OrderItem, "priceId" | "lookupKey" | "addedAtCheckout">,
): OrderItem {
  return {
    ...soldAs,
    name: line.description ?? "Item",
    quantity: line.quantity ?? 1,
    amountMinor: line.amount_total,
  };
}
