import { isOpen } from "../orders/control-record.ts";
import type { OrderStore } from "../orders/order-store.ts";

/**
 * A store that took over from another one: an order it does not know yet is looked for there, and moves over with its next
 * write. Without this, every order made before the change would count as new and be fulfilled again. An open order moves at the
 * first look: the worklist is the heir's.
 */
export function createSucceedingOrderStore(heir: OrderStore, predecessor: OrderStore): OrderStore {
  return {
    ...heir,

    async readControl(orderId) {
      const own = await heir.readControl(orderId);
      if (own !== undefined) return own;
      const inherited = await predecessor.readControl(orderId);
      if (inherited === undefined) return undefined;
      const { control } = inherited;
      // Where somebody is at it, perhaps with yesterday's settings, it stays until they are done.
      if (isOpen(control) && control.lease === undefined) {
        const result = await heir.writeControl(orderId, 0, control);
        return result === "conflict" ? heir.readControl(orderId) : { control, version: result.version };
      }
      // Version 0: the heir has none yet, and its first write must still find it so.
      return { control, version: 0 };
    },

    readSnapshot: async (orderId, fresh) =>
      (await heir.readSnapshot(orderId, fresh)) ?? predecessor.readSnapshot(orderId, fresh),
  };
}
