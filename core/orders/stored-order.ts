import * as z from "zod";

import type { ControlRecord, OrderId, OrderSnapshot } from "./order.ts";

/**
 * Reading back what a store kept. A record of a newer format is refused rather than guessed at: while a new version of the
 * shop is rolled out, old code meets records it does not know and must leave them alone.
 */

const controlSchema: z.ZodType<ControlRecord> = z.object({
  v: z.literal(1),
  writeId: z.string(),
  state: z.enum(["awaiting_payment", "expired", "payment_failed", "paid", "needs_attention", "fulfilled"]),
  refundedMinor: z.int().nonnegative(),
  fence: z.int().nonnegative(),
  lease: z.object({ owner: z.string(), untilMs: z.number() }).exactOptional(),
  steps: z.record(
    z.string(),
    z.object({ state: z.enum(["started", "done", "skipped"]), attempts: z.int().nonnegative() }),
  ),
  nextTryMs: z.number().exactOptional(),
  lastError: z.string().exactOptional(),
  checkedMs: z.number().exactOptional(),
});

const snapshotSchema: z.ZodType<OrderSnapshot> = z.object({
  v: z.literal(1),
  orderId: z.string(),
  livemode: z.boolean(),
  mode: z.enum(["payment", "subscription"]),
  createdMs: z.number(),
  items: z.array(
    z.object({ priceId: z.string(), name: z.string(), quantity: z.int(), amountMinor: z.int() }),
  ),
  currency: z.string(),
  totalMinor: z.int(),
  buyer: z.object({ email: z.string().exactOptional(), name: z.string().exactOptional() }),
  customerId: z.string().exactOptional(),
  paymentIntentId: z.string().exactOptional(),
  subscriptionId: z.string().exactOptional(),
  clientReferenceId: z.string().exactOptional(),
});

/** @throws when the record is not one this version of the shop can read. */
export function parseControlRecord(orderId: OrderId, json: string): ControlRecord {
  return parseStored(controlSchema, "control record", orderId, json);
}

/** @throws when the snapshot is not one this version of the shop can read. */
export function parseSnapshot(orderId: OrderId, json: string): OrderSnapshot {
  return parseStored(snapshotSchema, "snapshot", orderId, json);
}

function parseStored<T>(schema: z.ZodType<T>, what: string, orderId: OrderId, json: string): T {
  try {
    return schema.parse(JSON.parse(json));
  } catch (cause) {
    throw new Error(
      `The ${what} of order ${orderId} cannot be read by this version of the shop; deploy the newest version.`,
      { cause },
    );
  }
}
