import { stateRank, type ControlRecord } from "./order.ts";
import { isPaused, isRevoked } from "./revocation.ts";

/**
 * Whether a buyer may have, now, what an order brought. It can go both ways: a dispute that is won opens again, and so does a
 * subscription that goes on.
 */
export type HandOut = { kind: "open" } | { kind: "not_paid" } | { kind: "revoked"; reason: RevocationReason };

/** A purchase whose subscription is paused is not void, but as closed as one that is. */
export type RevocationReason = "refunded" | "dispute_lost" | "subscription_ended" | "subscription_paused";

/** An order with a step that failed, the mail perhaps, is paid all the same. */
export function handOut(control: ControlRecord): HandOut {
  if (stateRank(control.state) < stateRank("paid")) return { kind: "not_paid" };
  if (isRevoked(control)) return { kind: "revoked", reason: reasonOf(control) };
  return isPaused(control) ? { kind: "revoked", reason: "subscription_paused" } : { kind: "open" };
}

function reasonOf({ mirror }: ControlRecord): RevocationReason {
  if (mirror.dispute === "lost") return "dispute_lost";
  return mirror.subscription === undefined ? "refunded" : "subscription_ended";
}
