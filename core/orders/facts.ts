import type { Deadline } from "../retry/deadline.ts";
import type { DisputeState, OrderId, OrderSnapshot, OrderState, PaymentMirror } from "./order.ts";
import type { PaymentLook } from "./payment-look.ts";

/** What Stripe says now about one Checkout Session, in the words of an order. */
export interface CheckoutFacts {
  /** `open`: the buyer may still pay. `expired`: it is too late to pay. `complete`: there is something to settle. */
  status: "open" | "expired" | "complete";
  /** The state that Stripe's answer stands for; merged upwards into the order's own. */
  state: Extract<OrderState, "awaiting_payment" | "payment_failed" | "paid">;
  mirror: PaymentMirror;
  dates: PaymentDates;
  /** The hosted page, only while the session is open. */
  checkoutUrl: string | undefined;
  snapshot: OrderSnapshot;
}

export type Truth =
  | { kind: "session"; facts: CheckoutFacts }
  | { kind: "not_found" }
  /** `wasRedacted`: Stripe has erased its data, so nothing can be told about it, and that will never change. */
  | { kind: "not_ours"; wasRedacted?: true };

/** What a person wants to know besides the mirror. It is told to the owner and not stored. In ms since 1970. */
export interface PaymentDates {
  /** The newest dispute in each state: its amount, and until when the bank wants evidence. */
  disputed?: Readonly<Partial<Record<DisputeState, { amountMinor: number; dueMs?: number }>>>;
  /** When Stripe tries again to collect a failed renewal. */
  nextAttemptMs?: number;
}

/**
 * Asks Stripe for the facts of an order. `isHeld`: the shop already has a record of it.
 * @throws when Stripe cannot be asked.
 */
export type ReadFacts = (
  orderId: OrderId,
  asked: { isHeld: boolean; look: PaymentLook },
  deadline: Deadline,
) => Promise<Truth>;
