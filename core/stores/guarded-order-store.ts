import type { OrderStore } from "../orders/order-store.ts";
import type { TableGuard } from "./table-guard.ts";

/** Orders are mostly delivered within minutes of their checkout; for them the guard is not asked. */
const FRESH_MS = 3_600_000;

/** The table may have forgotten that this order was delivered. */
class RestoredTableError extends Error {
  override readonly name = "RestoredTableError";
}

/**
 * A table whose older orders stand still while it may have forgotten what became of them: everything that would settle one ends in
 * an error, so that Stripe and reconciliation come back. Pages and downloads still read what it knows.
 */
export function createGuardedOrderStore(
  orders: OrderStore,
  guard: Pick<TableGuard, "gap">,
  now: () => number,
): OrderStore {
  async function admit({ orderId, createdMs }: { orderId: string; createdMs: number }): Promise<void> {
    if (now() - createdMs < FRESH_MS || (await guard.gap()) === undefined) return;
    throw new RestoredTableError(
      `Order ${orderId} is not settled: the table was restored or exchanged, and may have forgotten that it was delivered. Run npm run adopt.`,
    );
  }

  return {
    ...orders,
    async createSnapshot(snapshot) {
      await admit(snapshot);
      return orders.createSnapshot(snapshot);
    },
    /** Only who settles an order comes with what Stripe has just said. */
    async readSnapshot(orderId, fresh) {
      if (fresh !== undefined) await admit(fresh);
      return orders.readSnapshot(orderId, fresh);
    },
  };
}
