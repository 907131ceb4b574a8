import type { ShopDefinition } from "../shop-definition/shop-definition.ts";
import type { FulfillmentStep } from "../orders/fulfillment-step.ts";

/** The owner's own code for a paid order. If it throws, it is tried again, like any step. */
export function createOnPaidStep(onPaid: NonNullable<ShopDefinition["onPaid"]>): FulfillmentStep {
  return {
    name: "onPaid",
    whenRevoked: "skip",
    whenUncertain: "repeat",
    // It probably calls a server somewhere.
    needsMs: 3_000,
    async run(order, { idempotencyKey, signal }) {
      await onPaid(order, { idempotencyKey, signal });
      return "done";
    },
  };
}
