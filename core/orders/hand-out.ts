import { stateRank, type ControlRecord } from "./order.ts";
import { isRevoked } from "./revocation.ts";

/** Whether a buyer may have, now, what an order brought. It can go both ways: a dispute that is won opens again. */
export type HandOut = { kind: "open" } | { kind: "not_paid" } | { kind: "revoked"; reason: RevocationReason };

export type RevocationReason = "refunded" | "dispute_lost" | "subscription_ended";

/** An order with a step that failed, the mail perhaps, is paid all the same. */
export function handOut(control: ControlRecord): HandOut {
  if (stateRank(control.state) < stateRank("paid")) return { kind: "not_paid" };
  return isRevoked(control) ? { kind: "revoked", reason: reasonOf(control) } : { kind: "open" };
}

function reasonOf({ mirror }: ControlRecord): RevocationReason {
  if (mirror.dispute === "lost") return "dispute_lost";
  return mirror.subscription === undefined ? "refunded" : "subscription_ended";
}
