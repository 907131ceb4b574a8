import { isRevoked } from "./access.ts";
import { stateRank } from "./order.ts";
import type { ControlDraft } from "./update-control.ts";

/** What can happen to an order that a step may run on. */
export type OrderTransition = "paid" | "revoked" | "restored";

/** `abandoned`: the checkout expired. There is no order then, and no record to keep a step's progress in. */
export type Transition = OrderTransition | "abandoned";

/** The transitions that a change of the record makes. An order may be paid and revoked in one change. */
export function transitionsBetween(
  before: ControlDraft | undefined,
  after: ControlDraft,
): readonly OrderTransition[] {
  if (!isPaid(after)) return [];
  const wasPaid = before !== undefined && isPaid(before);
  const wasRevoked = wasPaid && isRevoked(before);
  const transitions: OrderTransition[] = wasPaid ? [] : ["paid"];
  if (isRevoked(after) !== wasRevoked) transitions.push(wasRevoked ? "restored" : "revoked");
  return transitions;
}

export function isPaid({ state }: ControlDraft): boolean {
  return stateRank(state) >= stateRank("paid");
}
