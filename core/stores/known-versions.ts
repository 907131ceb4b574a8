import type { OrderId } from "../orders/order.ts";

/** Far below the 24 hours for which Stripe remembers an idempotency key, far above the length of a run. */
const VERSION_GOOD_FOR_MS = 3_600_000;
const MAX_REMEMBERED = 1_000;

/** Every round of `updateControl` is one. A write that is merely under way seldom causes so many. */
const CONFLICTS_OF_A_STUCK_RECORD = 6;

/** How often a stuck record is tried, however many ask for it. */
const TRY_AGAIN_MS = 60_000;

interface Known {
  version: number;
  /** When Stripe was asked, and when it answered. */
  atMs: number;
  answeredMs: number;
  /** Keys of copies that the next write removes. */
  copies: readonly string[];
}

/** What one instance knows about the versions of the records it has read and written. It may be frozen for hours in between. */
export function createKnownVersions(now: () => number) {
  const known = new Map<OrderId, Known>();
  const conflicts = new Map<OrderId, { version: number; count: number; lastMs: number }>();

  return {
    /** Call when Stripe has answered. */
    remember(
      orderId: OrderId,
      { version, atMs, copies }: { version: number; atMs: number; copies: readonly string[] },
    ): void {
      if (known.size >= MAX_REMEMBERED) known.clear();
      known.set(orderId, { version, atMs, answeredMs: now(), copies });
      if (conflicts.get(orderId)?.version !== version) conflicts.delete(orderId);
    },

    /** True when Stripe may have forgotten the key of the next version, so that it would accept any write. */
    isOutdated(orderId: OrderId, version: number): boolean {
      const last = known.get(orderId);
      return last?.version === version && now() - last.atMs > VERSION_GOOD_FOR_MS;
    },

    copiesOf: (orderId: OrderId): readonly string[] => known.get(orderId)?.copies ?? [],

    /** True when a newer version had been seen before Stripe was asked. */
    isOlder(orderId: OrderId, { version, atMs }: { version: number; atMs: number }): boolean {
      const last = known.get(orderId);
      return last !== undefined && last.version > version && last.answeredMs < atMs;
    },

    /** Returns true once the version has been refused too often for a write in progress to explain it. */
    noteConflict(orderId: OrderId, version: number): boolean {
      const before = conflicts.get(orderId);
      const count = before?.version === version ? before.count + 1 : 1;
      if (conflicts.size >= MAX_REMEMBERED) conflicts.clear();
      conflicts.set(orderId, { version, count, lastMs: now() });
      return count >= CONFLICTS_OF_A_STUCK_RECORD;
    },

    /** True while another try with this version is useless. */
    isStuck(orderId: OrderId, version: number): boolean {
      const last = conflicts.get(orderId);
      if (last?.version !== version || last.count <= CONFLICTS_OF_A_STUCK_RECORD) return false;
      return now() - last.lastMs < TRY_AGAIN_MS;
    },
  };
}

export class StuckRecordError extends Error {
  override readonly name = "StuckRecordError";
  constructor(orderId: OrderId, version: number) {
    super(`Stripe has refused to write the version after ${version} of order ${orderId} again and again.`);
  }
}
