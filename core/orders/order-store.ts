import type { Deadline } from "../retry/deadline.ts";
import type { ControlRecord, OrderId, OrderSnapshot } from "./order.ts";

export interface StoredControl {
  control: ControlRecord;
  /** Higher with every write; usually by one. */
  version: number;
}

/** The version that was written. */
type WriteResult = { version: number } | "conflict";

/**
 * Where orders live. One primitive carries the whole protocol: read a control record with its version, write it if the
 * version is still that. Reads are strongly consistent. One store serves one mode: test and live orders never meet.
 *
 * Every implementation passes `tests/contracts/order-store.ts`.
 */
export interface OrderStore {
  readControl(orderId: OrderId): Promise<StoredControl | undefined>;

  /**
   * The same without asking Stripe, for reads that strangers can cause. Undefined may also mean that only Stripe can tell. Where
   * orders are kept in Stripe it always is undefined.
   */
  peekControl(orderId: OrderId): Promise<StoredControl | undefined>;

  /**
   * Compare-and-set. `expectedVersion` 0 means that no record may exist yet.
   * Resolves to "conflict", changing nothing, when the version is another. That may be this caller's own write whose reply was
   * lost; `updateControl` tells them apart.
   */
  writeControl(orderId: OrderId, expectedVersion: number, control: ControlRecord): Promise<WriteResult>;

  /** `fresh` is what Stripe has just said, for a storage that keeps no snapshots because Stripe does. */
  readSnapshot(orderId: OrderId, fresh?: OrderSnapshot): Promise<OrderSnapshot | undefined>;

  /** Put if absent: the first snapshot of an order stays, except for a corrected mail address. */
  createSnapshot(snapshot: OrderSnapshot): Promise<void>;

  /** Sends the order's mails to another address from now on. Reads of the snapshot may lag behind for a moment. */
  correctMailAddress(orderId: OrderId, address: string): Promise<void>;

  /**
   * Adds a line to the order's history. Put if absent by `entry.key`, so a repeated call adds nothing.
   */
  appendHistory(orderId: OrderId, entry: HistoryEntry): Promise<void>;

  /** Oldest first, and by key within one moment. Undefined if the storage keeps no history, because Stripe's own list of events is one. */
  readHistory(orderId: OrderId): Promise<readonly HistoryEntry[] | undefined>;

  /**
   * The open orders (see `isOpen`), in a stable order. The list may miss what was written a moment ago and name orders that are done
   * by now: a worklist to start from, never a truth. `after` is an order that was named before. A caller that ran out of time resumes
   * behind it, even if it has left the list since.
   *
   * Where done orders have to be passed over, the list names them as well, so that a caller can resume behind them. A list that is
   * made from Stripe's fetches each page within the deadline.
   */
  listOpen(after?: OrderId, deadline?: Deadline): AsyncIterable<{ orderId: OrderId; isOpen: boolean }>;

  /** True if `listOpen` is made from Stripe's own list of sessions, so that it also names orders that were never written. */
  readonly listsEverySession: boolean;
}

export interface HistoryEntry {
  /** The same for a repeated call, e.g. `record/cs_test_…`. */
  key: string;
  atMs: number;
  /** snake_case: `order_recorded`. */
  what: string;
}
