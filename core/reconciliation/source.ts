import * as z from "zod/mini";

import type { OrderId } from "../orders/order.ts";
import type { SettleTrigger } from "../orders/settle-trigger.ts";
import type { Deadline } from "../retry/deadline.ts";

/** The lists that reconciliation goes through. */
export const sourceName = z.enum([
  "flagged_before",
  "undelivered_events",
  "recent_changes",
  "recent_sessions",
  "recent_refunds",
  "recent_disputes",
  "open_orders",
]);

export type SourceName = z.infer<typeof sourceName>;

/** An order that may need settling, and why. */
export interface Candidate {
  orderId: OrderId;
  trigger: SettleTrigger;
  /**
   * The amount refunded, if the list gives it: an order that agrees needs no look. A list names one payment at a time, so it cannot
   * tell for a subscription, which has many.
   */
  refundedMinor?: number;
  /** Likewise, the status of a subscription. */
  subscription?: string;
}

/** One object on a list. */
export interface Listed {
  /** Where the list can be resumed: its `after`. */
  cursor: string;
  objectId: string;
  /** When Stripe created the object, in ms since 1970; 0 for an order, whose own record says what became of it. */
  createdMs: number;
  /** The orders it points to. Finding them may take a request to Stripe. */
  find(): Promise<readonly Candidate[]>;
}

/** From where, and back to when, a list is read. */
export interface Part {
  sinceMs: number;
  /** The cursor of the entry that was looked at last; undefined begins with the newest. */
  after?: string | undefined;
}

export interface Source {
  name: SourceName;
  /** Newest first. Each page is fetched within the deadline. */
  list(part: Part, deadline: Deadline): AsyncIterable<Listed>;
}
