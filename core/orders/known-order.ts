import type { ControlRecord, OrderId, OrderSnapshot } from "./order.ts";
import type { OrderStore } from "./order-store.ts";

/** All that is kept of an order: what was bought, and how far we are. */
export interface KnownOrder {
  snapshot: OrderSnapshot;
  control: ControlRecord;
}

/**
 * Undefined for a checkout that was not finished.
 * @throws when the store cannot be reached.
 */
export async function readKnownOrder(store: OrderStore, orderId: OrderId): Promise<KnownOrder | undefined> {
  const [stored, snapshot] = await Promise.all([store.readControl(orderId), store.readSnapshot(orderId)]);
  return stored === undefined || snapshot === undefined ? undefined : { snapshot, control: stored.control };
}
