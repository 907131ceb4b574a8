import type { OrderStatus } from "./order-status.ts";

/**
 * Which of a page's words are true of an order, the most telling first: the values of `data-mode` that `showState` looks for. Who paid
 * nothing never reads words for somebody who paid, and a trial never those of a subscription whose first payment has arrived.
 */
export function variantsOf({ state, mode, totalMinor, needsShipping, isTrial }: OrderStatus): string[] {
  if (state !== "paid" && state !== "fulfilled") return [mode];
  const isFree = totalMinor === 0;
  if (mode === "subscription") return [...(isTrial ? ["trial"] : []), isFree ? "free" : mode];
  return [...(needsShipping ? ["shipping"] : []), isFree ? "free" : mode];
}
