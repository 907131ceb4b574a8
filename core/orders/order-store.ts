import type { Deadline } from "./deadline.ts";
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
   * The same without asking Stripe, for what strangers may cause: undefined may also mean that only Stripe can tell. Where orders
   * are kept in Stripe that is always so.
   */
  peekControl(orderId: OrderId): Promise<StoredControl | undefined>;

  /**
   * Compare-and-set. `expectedVersion` 0 means that no record may exist yet.
   * Resolves to "conflict", changing nothing, when the version is another one, which may be this caller's own write whose
   * reply was lost; `updateControl` tells them apart.
   */
  writeControl(orderId: OrderId, expectedVersion: number, control: ControlRecord): Promise<WriteResult>;

  /** `fresh` is what Stripe has just said, for an engine that keeps no snapshots because Stripe does. */
  readSnapshot(orderId: OrderId, fresh?: OrderSnapshot): Promise<OrderSnapshot | undefined>;

  /** Put if absent: the first snapshot of an order stays, whatever is written later, but for a corrected address. */
  createSnapshot(snapshot: OrderSnapshot): Promise<void>;

  /** Has the order's mails sent to another address from now on; a reading of the snapshot may take a moment to say so. */
  correctMailAddress(orderId: OrderId, address: string): Promise<void>;

  /**
   * Adds a line to the order's history, put if absent by `entry.key`: a repeated call adds nothing.
   */
  appendHistory(orderId: OrderId, entry: HistoryEntry): Promise<void>;

  /** Oldest first, and by key within one moment. Undefined where the engine keeps no history, because Stripe's own list of events is one. */
  readHistory(orderId: OrderId): Promise<readonly HistoryEntry[] | undefined>;

  /**
   * The orders that are open (see `isOpen`), in an order that stays. May miss what was written a moment ago and name what is done
   * by now: a worklist to start from, never a truth. `after`, an order that was named before, lets whoever ran out of time go on
   * behind it; it may have left the list since.
   *
   * Where done orders have to be passed over, the list names them as well, so that they too can be gone on behind. A list that is made
   * of Stripe's asks for each page within the deadline.
   */
  listOpen(after?: OrderId, deadline?: Deadline): AsyncIterable<{ orderId: OrderId; isOpen: boolean }>;

  /** True where `listOpen` is made of Stripe's own list of sessions, so that it names orders that were never written, too. */
  readonly listsEverySession: boolean;
}

export interface HistoryEntry {
  /** The same for a repeated call, e.g. `record/cs_test_…`. */
  key: string;
  atMs: number;
  /** snake_case: `order_recorded`. */
  what: string;
}
