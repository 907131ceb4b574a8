import type { StoredControl } from "./order-store.ts";
import type { OrderId } from "./order.ts";
import type { SettleDependencies } from "./settle-dependencies.ts";

/**
 * Saves `settleOrder` its first read for a caller that has just read, or written, the order's record. If the record is outdated, the
 * compare-and-set notices, and every later read asks the store.
 */
export function justRead(
  orderId: OrderId,
  stored: StoredControl | undefined,
  dependencies: SettleDependencies,
): SettleDependencies {
  const { store } = dependencies;
  let isFirst = true;
  return {
    ...dependencies,
    store: {
      ...store,
      async readControl(id) {
        if (!isFirst || id !== orderId) return store.readControl(id);
        isFirst = false;
        return stored;
      },
    },
  };
}
