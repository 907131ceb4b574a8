import type Stripe from "stripe";

import { isOurs } from "../checkout/marker.ts";

/** The part of an event's object that says whose it is, and the part that says what was new. */
interface EventData {
  object: {
    metadata?: Record<string, string> | null;
    parent?: { subscription_details?: { metadata?: Record<string, string> | null } | null } | null;
  };
  previous_attributes?: { status?: unknown };
}

/**
 * Whether Stripe should be asked about an event that may well have been delivered. To ask takes a call each, and a shop with a thousand
 * subscriptions has dozens of events a day that concern no order: a month begins, or the subscription was sold elsewhere.
 */
export function isWorthALook({ type, data }: Stripe.Event, shopId: string): boolean {
  const { object, previous_attributes: before } = data as EventData;
  if (type === "customer.subscription.updated" && before?.status === undefined) return false;
  const metadata = markedPart(type, object);
  return metadata === undefined || metadata === null || isOurs(metadata, shopId);
}

/** Undefined where only Stripe can tell: a dispute, a refund. */
function markedPart(
  type: string,
  { metadata, parent }: EventData["object"],
): EventData["object"]["metadata"] {
  if (/^(?:checkout\.session|customer\.subscription)\./.test(type)) return metadata;
  return type.startsWith("invoice.") ? parent?.subscription_details?.metadata : undefined;
}
