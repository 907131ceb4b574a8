import type { OrderStatus } from "./order-status.ts";

/**
 * The values of `data-mode` whose words are true of an order, the most specific first, for `showState`. A buyer who paid nothing never
 * reads that a payment has arrived, and neither does one whose trial has started. `isDelivered`: the page shows what the order brought.
 */
export function variantsOf(order: OrderStatus, isDelivered = false): string[] {
  const { state, mode, totalMinor, needsShipping, isTrial } = order;
  if (state === "paid" && isDelivered) return ["delivered", ...variantsOf(order)];
  if (state !== "paid" && state !== "fulfilled") return [mode];
  const isFree = totalMinor === 0;
  if (mode === "subscription") return [...(isTrial ? ["trial"] : []), isFree ? "free" : mode];
  return [...(needsShipping ? ["shipping"] : []), isFree ? "free" : mode];
}
