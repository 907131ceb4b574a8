import { refund } from "../objects/refund.ts";
import { announce } from "../state/announce.ts";
import type { Charge, Refund } from "../state/stored.ts";
import { newId, nowSeconds, type World } from "../state/world.ts";
import { requireStatus } from "./require-status.ts";

export interface RefundRequest {
  /** At most what is left of the charge. */
  amount: number;
  reason: "duplicate" | "fraudulent" | "requested_by_customer" | null;
  metadata: Record<string, string>;
}

/** How much of a charge can still be refunded. */
export function refundableAmount(charge: Charge): number {
  return charge.status === "succeeded" ? charge.amount - charge.amount_refunded : 0;
}

export function refundCharge(world: World, charge: Charge, request: RefundRequest): Refund {
  const made = refund({ id: newId(world, "re"), charge, created: nowSeconds(world), ...request });
  world.state.refunds[made.id] = made;
  charge.amount_refunded += request.amount;
  charge.refunded = charge.amount_refunded === charge.amount;
  announce(world, "refund.created", made);
  // Only card refunds announce the charge; with other methods the refund itself reports its progress.
  if (charge.payment_method_details?.type === "card") {
    announce(world, "charge.refunded", charge, { amount_refunded: charge.amount_refunded - request.amount });
  }
  return made;
}

/**
 * https://docs.stripe.com/refunds#failed-refunds
 *
 *   pending ─▶ succeeded      a bank's refund is on its way; a card's has arrived at once
 *      └──┬────────┘
 *         ▼
 *      failed                 the buyer's bank sends it back, even weeks later; that was the end of it
 */
export function succeedRefund(world: World, made: Refund): void {
  requireStatus(made, ["pending"]);
  made.status = "succeeded";
  announce(world, "refund.updated", made, { status: "pending" });
  announce(world, "charge.refund.updated", made, { status: "pending" });
}

/** The buyer's bank sends the money back; the charge counts as not refunded by that amount again. */
export function failRefund(world: World, made: Refund): void {
  requireStatus(made, ["pending", "succeeded"]);
  const charge = world.state.charges[made.charge ?? ""];
  const previousStatus = made.status;
  made.status = "failed";
  made.failure_reason = "expired_or_canceled_card";
  if (charge !== undefined) {
    charge.amount_refunded -= made.amount;
    charge.refunded = false;
  }
  announce(world, "refund.updated", made, { status: previousStatus });
  announce(world, "refund.failed", made);
  announce(world, "charge.refund.updated", made, { status: previousStatus });
}
