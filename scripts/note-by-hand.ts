import { randomBytes } from "node:crypto";

import type { OrderStore } from "../core/orders/order-store.ts";
import { messageOf } from "./owner-shop.ts";

/**
 * Adds to an order's history that its owner had it settled, once per command, where a history is kept. The order itself is
 * done by then: a line that cannot be written is said, and is no failure.
 */
export async function noteByHand(
  orderId: string,
  what: "settled_by_hand" | "replayed_by_hand",
  store: Pick<OrderStore, "appendHistory">,
): Promise<void> {
  const key = `by-hand/${randomBytes(12).toString("base64url")}`;
  try {
    await store.appendHistory(orderId, { key, atMs: Date.now(), what });
  } catch (error) {
    console.error(`Its history could not be written: ${messageOf(error)}`);
  }
}
