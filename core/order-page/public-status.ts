import type { OrderState } from "../orders/order.ts";

/** What anyone who knows the session's id may see. */
export interface PublicStatus {
  /** `paid`: the money is in, delivery is under way. `open`: Checkout is not finished. `expired`: it never will be. */
  state: "open" | "expired" | Exclude<OrderState, "needs_attention">;
  mode: "payment" | "subscription";
  items: readonly { name: string; quantity: number; amountMinor: number }[];
  currency: string;
  totalMinor: number;
  /** Lines and shipping add up to the total. 0 is free; absent when there is no shipping cost. */
  shippingMinor?: number;
  /** Already taken off the amounts above. */
  discountMinor?: number;
  /** Something has to be shipped. The address stays private. */
  needsShipping?: true;
  /** The subscription began with a trial. */
  isTrial?: true;
  /** Stripe's page, while the buyer can still pay there. */
  checkoutUrl?: string;
  /** The purchase is void: refunded in full, a dispute lost, a subscription ended. Absent while it is not. */
  revoked?: true;
  /** The subscription is paused: nothing is handed out until it resumes. Absent while it is not. */
  paused?: true;
}
