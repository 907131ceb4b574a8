import type { OrderStore } from "../orders/order-store.ts";

/**
 * A store that took over from another one: an order it does not know yet is looked for there, and moves over with its next
 * write. Without this, every order made before the change would count as new and be fulfilled again.
 */
export function createSucceedingOrderStore(heir: OrderStore, predecessor: OrderStore): OrderStore {
  return {
    ...heir,

    async readControl(orderId) {
      const own = await heir.readControl(orderId);
      if (own !== undefined) return own;
      const inherited = await predecessor.readControl(orderId);
      // Version 0: the heir has none yet, and its first write must still find it so.
      return inherited === undefined ? undefined : { control: inherited.control, version: 0 };
    },

    readSnapshot: async (orderId, fresh) =>
      (await heir.readSnapshot(orderId, fresh)) ?? predecessor.readSnapshot(orderId, fresh),
  };
}
