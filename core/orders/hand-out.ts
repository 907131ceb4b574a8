import { stateRank, type ControlRecord } from "./order.ts";
import { isPaused, isRevoked } from "./revocation.ts";

/**
 * Whether the buyer may have, right now, what an order brought. It can go both ways: winning a dispute restores access, and so does
 * resuming a subscription.
 */
export type HandOut = { kind: "open" } | { kind: "not_paid" } | { kind: "revoked"; reason: RevocationReason };

/** A paused subscription does not void a purchase, but it closes access just the same. */
export type RevocationReason = "refunded" | "dispute_lost" | "subscription_ended" | "subscription_paused";

/** An order with a failed step, such as the mail, is still paid. */
export function handOut(control: ControlRecord): HandOut {
  if (stateRank(control.state) < stateRank("paid")) return { kind: "not_paid" };
  if (isRevoked(control)) return { kind: "revoked", reason: reasonOf(control) };
  return isPaused(control) ? { kind: "revoked", reason: "subscription_paused" } : { kind: "open" };
}

function reasonOf({ mirror }: ControlRecord): RevocationReason {
  if (mirror.dispute === "lost") return "dispute_lost";
  return mirror.subscription === undefined ? "refunded" : "subscription_ended";
}
