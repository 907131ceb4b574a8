import { readKnownOrder, type KnownOrder } from "../orders/known-order.ts";
import type { OrderId } from "../orders/order.ts";
import type { OrderStore } from "../orders/order-store.ts";
import type { SingleFlight, Throttled } from "./read-throttle.ts";

/**
 * What is kept of an order. Where a read costs calls to Stripe, which anyone can cause, requests that come at the same time share
 * one, and its answer may be some seconds old.
 * @throws when the store cannot be reached.
 */
export async function readKnownOrderThrottled(
  store: OrderStore,
  orderId: OrderId,
  asker: { isBuyer: boolean },
  singleFlight: SingleFlight<KnownOrder>,
): Promise<Throttled<KnownOrder>> {
  const stored = await store.peekControl(orderId);
  if (stored === undefined) return singleFlight(orderId, asker, () => readKnownOrder(store, orderId));
  const snapshot = await store.readSnapshot(orderId);
  const view = snapshot === undefined ? undefined : { snapshot, control: stored.control };
  return { kind: "read", view };
}
