import type { OrderStore } from "../core/orders/order-store.ts";
import { messageOf } from "./owner-shop.ts";

/**
 * Adds to an order's history, where one is kept, that the owner ran a command on it, whatever the result. Once per command and order;
 * nothing for an order that the shop has not recorded. A failed write is reported on standard error, and undoes nothing.
 */
export async function noteByHand(
  orderId: string,
  what: "settle_command" | "replay_command" | "mail_to_command",
  store: Pick<OrderStore, "readControl" | "appendHistory">,
): Promise<void> {
  const atMs = Date.now();
  try {
    if ((await store.readControl(orderId)) === undefined) return;
    await store.appendHistory(orderId, { key: `${what}-${atMs}/${orderId}`, atMs, what });
  } catch (error) {
    console.error(`The history of ${orderId} could not be written: ${messageOf(error)}`);
  }
}
