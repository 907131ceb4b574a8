import type Stripe from "stripe";

import { whoseSale, type ShopIdentity, type Sold } from "../stripe/whose-sale.ts";

/** The part of an event's object that says whose it is, and the part that says what changed. */
interface EventData {
  object: {
    metadata?: Record<string, string> | null;
    success_url?: string | null;
    parent?: { subscription_details?: { metadata?: Record<string, string> | null } | null } | null;
  };
  previous_attributes?: { status?: unknown };
}

/**
 * Whether Stripe should be asked about an event that may well have been delivered. Each costs a call, and a shop with a thousand
 * subscriptions has dozens of events a day that concern no order: a month begins, or the subscription was sold elsewhere.
 */
export function isRelevant({ type, data }: Stripe.Event, identity: ShopIdentity): boolean {
  const { object, previous_attributes: before } = data as EventData;
  if (type === "customer.subscription.updated" && before?.status === undefined) return false;
  const sold = soldPart(type, object);
  return sold?.metadata === undefined || sold.metadata === null || whoseSale(sold, identity) !== "theirs";
}

/** Undefined if only Stripe can tell: a dispute, a refund. */
function soldPart(
  type: string,
  { metadata, success_url: successUrl, parent }: EventData["object"],
): Sold | undefined {
  if (type.startsWith("checkout.session.")) return { metadata, successUrl: successUrl ?? null };
  if (type.startsWith("customer.subscription.")) return { metadata };
  return type.startsWith("invoice.") ? { metadata: parent?.subscription_details?.metadata } : undefined;
}
