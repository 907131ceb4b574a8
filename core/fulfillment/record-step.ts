import type { OrderStore } from "../orders/order-store.ts";
import type { FulfillmentStep } from "../orders/fulfillment-step.ts";

/** Writes the payment into the order's history: the line an owner looks for first. */
export function createRecordStep(store: OrderStore, now: () => number): FulfillmentStep {
  return {
    name: "record",
    on: ["paid"],
    whenRevoked: "run",
    whenUncertain: "repeat",
    needsMs: 500,
    async run(order, { idempotencyKey }) {
      await store.appendHistory(order.orderId, { key: idempotencyKey, atMs: now(), what: "order_recorded" });
      return "done";
    },
  };
}
