import type { OrderId } from "../orders/order.ts";
import type { Bookkeeping } from "./bookkeeping.ts";
import { changeNote } from "./change-note.ts";

/** The note's name. */
export const ORDERS_WAITING = "orders_waiting";

/** A note in Stripe's metadata has 500 characters, some of them for its version: seven ids of 66. */
const LONGEST_NOTE = 480;

/** What a run has found out about orders that wait for their owner. */
export interface Found {
  flagged: readonly OrderId[];
  isDealtWith(orderId: OrderId): boolean;
}

/**
 * The orders that waited for their owner at the last look. Services because a worklist made from Stripe's list of sessions ends after
 * forty days, while a refund or a dispute can flag an order months after it was paid.
 */
export async function readWaiting(bookkeeping: Bookkeeping): Promise<OrderId[]> {
  return parse((await bookkeeping.read(ORDERS_WAITING))?.text);
}

/**
 * Resolves to the orders that wait now, as far as is known. If they do not fit into the note, the first ones found are kept: the
 * others are found again as long as a list names them.
 * @throws when they cannot be saved.
 */
export async function saveWaiting(
  bookkeeping: Bookkeeping,
  before: readonly OrderId[],
  found: Found,
): Promise<readonly OrderId[]> {
  if (before.length === 0 && found.flagged.length === 0) return [];
  let orders: readonly OrderId[] = [];
  const isSaved = await changeNote(bookkeeping, ORDERS_WAITING, (text) => {
    orders = stillWaiting(parse(text), found);
    return asManyAsFit(orders).join(" ");
  });
  if (!isSaved) throw new Error("The note of the orders that wait for their owner could not be written.");
  return orders;
}

/** `before`, without the orders that are dealt with, and with those that were found. */
export function stillWaiting(
  before: readonly OrderId[],
  { flagged, isDealtWith }: Found,
): readonly OrderId[] {
  return [...new Set([...before.filter((orderId) => !isDealtWith(orderId)), ...flagged])];
}

function parse(text: string | undefined): OrderId[] {
  return (text ?? "").split(" ").filter((orderId) => orderId !== "");
}

function asManyAsFit(orders: readonly OrderId[]): readonly OrderId[] {
  let length = -1;
  const tooMuch = orders.findIndex((orderId) => {
    length += 1 + orderId.length;
    return length > LONGEST_NOTE;
  });
  return tooMuch === -1 ? orders : orders.slice(0, tooMuch);
}
