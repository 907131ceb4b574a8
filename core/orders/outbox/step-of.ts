import { stepsOn, type FulfillmentStep } from "../fulfillment-step.ts";
import type { NotificationKind } from "./outbox.ts";

/**
 * The step whose progress the outbox keeps, as `code`: a record has room for one on each transition after `paid`. Undefined if the
 * kind is no such transition, or no step runs on it.
 */
export function stepOf(
  kind: NotificationKind,
  steps: readonly FulfillmentStep[],
): FulfillmentStep | undefined {
  return kind === "revoked" || kind === "restored" ? stepsOn(kind, steps)[0] : undefined;
}
