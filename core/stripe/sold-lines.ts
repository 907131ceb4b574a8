import type Stripe from "stripe";

import { saleNote, type Metadata } from "./metadata.ts";
import type { OrderItem, OrderSnapshot } from "../orders/order.ts";
import { idOf } from "./ids.ts";

/** What a line of a session was sold as: the part of an item that decides what the buyer gets. */
type SoldAs = Pick<OrderItem, "priceId" | "lookupKey" | "addedAtCheckout">;

/** Where the store in Stripe keeps the lookup keys of lines that the shop did not open. */
const LINES = "static_checkout_lines";
const LONGEST_VALUE = 500;

/**
 * What each line was sold as. The shop opens a session with one line. Cross-sells, upsells and optional items from the dashboard add
 * others, or replace it. The lookup key of the sale belongs to the line that was opened and to no other; otherwise what it brings
 * would be handed out twice.
 *
 * Sessions of older versions do not say which price was opened. Of several lines it is the one that still has the key, or the first.
 */
export function soldLines(
  lines: readonly Stripe.LineItem[],
  metadata: Metadata | null,
): (line: Stripe.LineItem) => SoldAs {
  const { priceId: opened, lookupKey } = saleNote(metadata);
  const kept = keptKeys(metadata);
  const ownKey = ({ price }: Stripe.LineItem): string | undefined =>
    kept[price?.id ?? ""] ?? price?.lookup_key ?? undefined;
  const openedByOld =
    lines.find(({ price }) => lookupKey !== undefined && price?.lookup_key === lookupKey) ?? lines[0];
  return (line) => {
    const priceId = idOf(line.price) ?? "";
    const isOpened = opened === undefined ? line === openedByOld : priceId === opened;
    const key = (isOpened ? lookupKey : undefined) ?? ownKey(line);
    return {
      priceId,
      ...(key !== undefined && { lookupKey: key }),
      ...(!isOpened && { addedAtCheckout: true }),
    };
  };
}

/** Metadata that keeps what `soldLines` has read of lines that the shop did not open; undefined if there is nothing to keep. */
export function keepAddedLines({ items }: OrderSnapshot): Record<string, string> | undefined {
  const keys: Record<string, string> = {};
  for (const { priceId, lookupKey, addedAtCheckout } of items) {
    if (addedAtCheckout !== true || lookupKey === undefined) continue;
    const text = JSON.stringify({ ...keys, [priceId]: lookupKey });
    if (text.length <= LONGEST_VALUE) keys[priceId] = lookupKey;
  }
  return Object.keys(keys).length === 0 ? undefined : { [LINES]: JSON.stringify(keys) };
}

function keptKeys(metadata: Metadata | null): Readonly<Record<string, string>> {
  try {
    const keys: unknown = JSON.parse(metadata?.[LINES] ?? "{}");
    return typeof keys === "object" && keys !== null ? (keys as Record<string, string>) : {};
  } catch {
    // Another program wrote this.
    return {};
  }
}
