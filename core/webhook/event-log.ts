import type { OrderId } from "../orders/order.ts";

/** One verified delivery of an event, as it was answered. */
export interface WebhookDelivery {
  eventId: string;
  type: string;
  /** When Stripe made the event, in ms since 1970. */
  createdMs: number | undefined;
  /** The orders it was about; empty for an event that does not concern the shop. */
  orderIds: readonly OrderId[];
  /** What became of it, e.g. `fulfilled`, `ignored_type`, or an error's code. */
  outcome: string;
  /** Why it failed, without anything private; at most 200 characters. */
  error: string | undefined;
  atMs: number;
}

/**
 * The audit trail of webhooks. Nothing ever depends on it: an order is right or wrong by its own record, and wiping the
 * whole trail and delivering everything again has no effect.
 */
export interface EventLog {
  /** The latest answer to an event replaces the earlier ones. */
  record(delivery: WebhookDelivery): Promise<void>;

  /** When Stripe last reached us, to the minute, in ms since 1970; undefined if it never did. */
  lastDeliveryMs(): Promise<number | undefined>;
}
