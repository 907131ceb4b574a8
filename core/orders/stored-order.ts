import * as z from "zod/mini";

import { DISPUTE_STATES } from "./disputes.ts";
import { formatOutbox, parseOutbox } from "./outbox/outbox.ts";
import type { ControlRecord, OrderId, OrderSnapshot } from "./order.ts";

/**
 * Reads back what a store kept. A record of a newer format is refused, not guessed at: while a new version of the shop is rolled
 * out, old code meets records it does not know and must leave them alone.
 */

const controlSchema: z.ZodMiniType<ControlRecord> = z.object({
  v: z.literal([1, 2, 3]),
  writeId: z.string(),
  state: z.enum(["awaiting_payment", "payment_failed", "paid", "needs_attention", "fulfilled"]),
  mirror: z.object({
    refundedMinor: z.int().check(z.gte(0)),
    fullyRefunded: z.boolean(),
    dispute: z.exactOptional(z.enum(DISPUTE_STATES)),
    disputes: z.exactOptional(z.partialRecord(z.enum(DISPUTE_STATES), z.int())),
    subscription: z.exactOptional(z.string()),
    renewal: z.exactOptional(z.enum(["failed", "failed_finally"])),
  }),
  fence: z.int().check(z.gte(0)),
  lease: z.exactOptional(z.object({ owner: z.string(), untilMs: z.number() })),
  steps: z.record(
    z.string(),
    z.object({ state: z.enum(["started", "failed", "done", "skipped"]), attempts: z.int().check(z.gte(0)) }),
  ),
  news: z.exactOptional(z.pipe(z.string(), z.transform(parseOutbox))),
  nextTryMs: z.exactOptional(z.number()),
  lastError: z.exactOptional(z.string()),
  checkedMs: z.exactOptional(z.number()),
});

const snapshotSchema: z.ZodMiniType<OrderSnapshot> = z.object({
  v: z.literal(1),
  orderId: z.string(),
  livemode: z.boolean(),
  mode: z.enum(["payment", "subscription"]),
  createdMs: z.number(),
  items: z.array(
    z.object({
      priceId: z.string(),
      lookupKey: z.exactOptional(z.string()),
      addedAtCheckout: z.exactOptional(z.literal(true)),
      name: z.string(),
      quantity: z.int(),
      amountMinor: z.int(),
    }),
  ),
  currency: z.string(),
  totalMinor: z.int(),
  shippingMinor: z.exactOptional(z.int()),
  taxMinor: z.exactOptional(z.int()),
  discountMinor: z.exactOptional(z.int()),
  needsShipping: z.exactOptional(z.literal(true)),
  isTrial: z.exactOptional(z.literal(true)),
  presentment: z.exactOptional(z.object({ currency: z.string(), amountMinor: z.int() })),
  locale: z.exactOptional(z.string()),
  buyer: z.object({ email: z.exactOptional(z.string()), name: z.exactOptional(z.string()) }),
  mailTo: z.exactOptional(z.string()),
  customerId: z.exactOptional(z.string()),
  paymentIntentId: z.exactOptional(z.string()),
  subscriptionId: z.exactOptional(z.string()),
  clientReferenceId: z.exactOptional(z.string()),
  receiptUrl: z.exactOptional(z.string()),
});

/** JSON, with the outbox in a few characters. `parseControlRecord` reads it. */
export function formatControlRecord(control: ControlRecord): string {
  const { news, ...rest } = control;
  return JSON.stringify({ ...rest, ...(news !== undefined && { news: formatOutbox(news) }) });
}

/** @throws when the record is not one this version of the shop can read. */
export function parseControlRecord(orderId: OrderId, json: string): ControlRecord {
  return parseStored(controlSchema, "control record", orderId, json);
}

/** @throws when the snapshot is not one this version of the shop can read. */
export function parseSnapshot(orderId: OrderId, json: string): OrderSnapshot {
  return parseStored(snapshotSchema, "snapshot", orderId, json);
}

function parseStored<T>(schema: z.ZodMiniType<T>, what: string, orderId: OrderId, json: string): T {
  try {
    return schema.parse(JSON.parse(json));
  } catch (cause) {
    throw new Error(
      `The ${what} of order ${orderId} cannot be read by this version of the shop; deploy the newest version.`,
      { cause },
    );
  }
}
