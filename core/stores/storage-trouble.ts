import { UnreadableRecordError } from "../orders/unreadable-record-error.ts";
import type { OrderId } from "../orders/order.ts";
import { classifyStripeError } from "../stripe/errors.ts";

/** The ways in which the storage in Stripe can fail that a retry does not fix. */
export type StorageTrouble =
  /** Stripe refuses to write the metadata: a permission is missing, or all 50 keys are taken. */
  | "write_refused"
  /** Stripe refuses to show the session. */
  | "read_refused"
  /** What stands in the record's place is not a record. */
  | "unreadable"
  /** Stripe refuses the record's next version although no write is under way: it holds an older record than the one written last. */
  | "stuck"
  /** Another program overwrote the newest record with an older one; the copy beside it was used. */
  | "overwritten"
  /** Stripe gave a write the answer to another one: it did not compare the two. */
  | "not_compared"
  /** Stripe accepted a write, but its answer does not hold what was written. */
  | "not_kept";

/** Reports the trouble to the owner's alarm. Resolves to true when the order's id is kept in the shop's notes. Never rejects. */
export type ReportTrouble = (orderId: OrderId, trouble: StorageTrouble, version?: number) => Promise<boolean>;

/** What a failed call says about the storage; undefined if it only says that the call failed. */
export function troubleOf(error: unknown, call: "read" | "write"): StorageTrouble | undefined {
  if (error instanceof UnreadableRecordError) return "unreadable";
  const failure = classifyStripeError(error);
  if (failure !== "key_refused" && failure !== "refused") return undefined;
  return call === "read" ? "read_refused" : "write_refused";
}
