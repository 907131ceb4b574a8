import type Stripe from "stripe";

import type { Deadline } from "../retry/deadline.ts";
import type { OrderId } from "../orders/order.ts";
import { classifyStripeError } from "../stripe/errors.ts";
import { idOf } from "../stripe/ids.ts";
import { withinDeadline } from "../stripe/within-deadline.ts";
import type { EventObject } from "./event-types.ts";

/**
 * The orders that an object of Stripe's belongs to: the Checkout Sessions that led to its payment or subscription. Most charges
 * of an account that also sells elsewhere belong to none. The object is fetched from Stripe by its id: an event's copy may be old,
 * and a thin event has none.
 * @throws when Stripe cannot be asked.
 */
export async function findOrders(
  stripe: Stripe,
  about: EventObject,
  objectId: string,
  deadline: Deadline,
): Promise<readonly OrderId[]> {
  return (await traceOrders(stripe, about, objectId, deadline)).orderIds;
}

/** The same, for a caller that needs to know whether the object is one of the many payments of a subscription's order. */
export async function traceOrders(
  stripe: Stripe,
  about: EventObject,
  objectId: string,
  deadline: Deadline,
): Promise<{ orderIds: readonly OrderId[]; isOfSubscription: boolean }> {
  if (about === "checkout_session") return { orderIds: [objectId], isOfSubscription: false };
  try {
    const filter = await sessionFilter(stripe, about, objectId, deadline);
    if (filter === undefined) return NO_ORDERS;
    const { data } = await stripe.checkout.sessions.list({ ...filter, limit: 100 }, withinDeadline(deadline));
    return { orderIds: data.map((session) => session.id), isOfSubscription: "subscription" in filter };
  } catch (error) {
    if (classifyStripeError(error) === "not_found") return NO_ORDERS;
    throw error;
  }
}

const NO_ORDERS = { orderIds: [], isOfSubscription: false } as const;

type SessionFilter = { payment_intent: string } | { subscription: string };

async function sessionFilter(
  stripe: Stripe,
  about: Exclude<EventObject, "checkout_session">,
  id: string,
  deadline: Deadline,
): Promise<SessionFilter | undefined> {
  const options = withinDeadline(deadline);
  switch (about) {
    case "charge":
      return paymentFilter(stripe, await stripe.charges.retrieve(id, {}, options), deadline);
    case "refund":
      return paymentFilter(stripe, await stripe.refunds.retrieve(id, {}, options), deadline);
    case "dispute":
      return paymentFilter(stripe, await stripe.disputes.retrieve(id, {}, options), deadline);
    case "subscription":
      return { subscription: id };
    case "invoice":
      return subscriptionFilter(await stripe.invoices.retrieve(id, {}, options));
  }
}

/** A payment belongs to a session, or to an invoice of a subscription that a session started. */
async function paymentFilter(
  stripe: Stripe,
  { payment_intent }: { payment_intent: string | { id: string } | null },
  deadline: Deadline,
): Promise<SessionFilter | undefined> {
  const paymentIntent = idOf(payment_intent);
  if (paymentIntent === undefined) return undefined;
  const payment = { type: "payment_intent", payment_intent: paymentIntent } as const;
  const { data } = await stripe.invoicePayments.list(
    { payment, expand: ["data.invoice"] },
    withinDeadline(deadline),
  );
  const invoice = data[0]?.invoice;
  if (invoice === undefined || typeof invoice === "string" || invoice.deleted === true) {
    return { payment_intent: paymentIntent };
  }
  return subscriptionFilter(invoice) ?? { payment_intent: paymentIntent };
}

function subscriptionFilter(invoice: Stripe.Invoice): SessionFilter | undefined {
  const subscription = idOf(invoice.parent?.subscription_details?.subscription);
  return subscription === undefined ? undefined : { subscription };
}
