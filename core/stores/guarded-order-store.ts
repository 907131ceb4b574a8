import type { OrderStore } from "../orders/order-store.ts";
import type { TableGuard } from "./table-guard.ts";

/** Most orders are delivered within minutes of their checkout; the guard is not asked about them. */
const FRESH_MS = 3_600_000;

/** The table may have forgotten that this order was delivered. */
class RestoredTableError extends Error {
  override readonly name = "RestoredTableError";
}

/**
 * The orders of a table that may have lost records. Older ones stand still meanwhile: whatever would settle one throws,
 * so that Stripe and reconciliation come back. Pages and downloads still read what the table knows.
 */
export function createGuardedOrderStore(
  orders: OrderStore,
  guard: Pick<TableGuard, "gap">,
  now: () => number,
): OrderStore {
  async function admit({ orderId, createdMs }: { orderId: string; createdMs: number }): Promise<void> {
    if (now() - createdMs < FRESH_MS || (await guard.gap()) === undefined) return;
    throw new RestoredTableError(
      `Order ${orderId} is not settled: the table was restored or replaced, and may have forgotten that it was delivered. Run npm run adopt.`,
    );
  }

  return {
    ...orders,
    async createSnapshot(snapshot) {
      await admit(snapshot);
      return orders.createSnapshot(snapshot);
    },
    /** Only a caller that settles an order passes what Stripe has just said. */
    async readSnapshot(orderId, fresh) {
      if (fresh !== undefined) await admit(fresh);
      return orders.readSnapshot(orderId, fresh);
    },
  };
}
