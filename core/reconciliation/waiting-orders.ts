import type { OrderId } from "../orders/order.ts";
import type { Bookkeeping } from "./bookkeeping.ts";

const NAME = "orders_waiting";

/** A note in Stripe's metadata has 500 characters, some of them for its version: seven ids of 66. */
const LONGEST_NOTE = 480;

/** What a run has found out about orders that wait for their owner. */
export interface Found {
  flagged: readonly OrderId[];
  isDealtWith(orderId: OrderId): boolean;
}

/**
 * The orders that waited for their owner when they were last looked at. Kept because a worklist made of Stripe's list of sessions
 * ends after two weeks, and a refund or a dispute can flag an order months after it was paid.
 */
export async function readWaiting(bookkeeping: Bookkeeping): Promise<OrderId[]> {
  return parse((await bookkeeping.read(NAME))?.text);
}

/** Of more than the note can hold the first ones found stay: the others are found again as long as a list names them. */
export async function saveWaiting(
  bookkeeping: Bookkeeping,
  before: readonly OrderId[],
  { flagged, isDealtWith }: Found,
): Promise<void> {
  if (before.length === 0 && flagged.length === 0) return;
  for (let round = 0; round < 4; round += 1) {
    const note = await bookkeeping.read(NAME);
    const orders = new Set([...parse(note?.text).filter((orderId) => !isDealtWith(orderId)), ...flagged]);
    const text = asManyAsFit([...orders]);
    if (text === (note?.text ?? "")) return;
    if ((await bookkeeping.write(NAME, note?.version ?? 0, text)) === "written") return;
  }
}

function parse(text: string | undefined): OrderId[] {
  return (text ?? "").split(" ").filter((orderId) => orderId !== "");
}

function asManyAsFit(orders: readonly OrderId[]): string {
  const fitting = orders.join(" ");
  return fitting.length <= LONGEST_NOTE ? fitting : asManyAsFit(orders.slice(0, -1));
}
