import { isOpen } from "../orders/control-record.ts";
import type { OrderId, OrderSnapshot } from "../orders/order.ts";
import type { OrderStore, StoredControl } from "../orders/order-store.ts";

/** Begins the `writeId` of a record that was merely copied; the predecessor's version follows. */
const COPY = "copy/";

/**
 * A store that took over from another one. It looks for an order it does not know yet in its predecessor, and the order moves over
 * with its next write. Otherwise every order made before the change would count as new and be fulfilled again.
 *
 * The first look at an open order makes a copy, so that the heir's worklist names it. A site that was not deployed again yet may go
 * on with the predecessor for a while. So a copy is compared with its original at every look, until it is written for the first
 * time.
 */
export function createMigratingOrderStore(heir: OrderStore, predecessor: OrderStore): OrderStore {
  async function readControl(orderId: OrderId): Promise<StoredControl | undefined> {
    const own = await heir.readControl(orderId);
    if (own !== undefined && !isCopy(own)) return own;
    const inherited = await predecessor.readControl(orderId);
    if (inherited === undefined) return own;
    // Version 0: the heir has no record yet, and its first write must still find none.
    if (own === undefined && !isOpen(inherited.control)) return { control: inherited.control, version: 0 };
    const control = { ...inherited.control, writeId: COPY + inherited.version };
    if (own?.control.writeId === control.writeId) return own;
    const result = await heir.writeControl(orderId, own?.version ?? 0, control);
    // Another run was faster, and may have copied what is outdated by now.
    return result === "conflict" ? readControl(orderId) : { control, version: result.version };
  }

  async function readSnapshot(orderId: OrderId, fresh?: OrderSnapshot): Promise<OrderSnapshot | undefined> {
    const own = await heir.readSnapshot(orderId, fresh);
    if (own !== undefined) return own;
    const inherited = await predecessor.readSnapshot(orderId, fresh);
    if (inherited !== undefined) await heir.createSnapshot(inherited);
    return inherited;
  }

  return {
    ...heir,
    readControl,
    readSnapshot,

    async correctMailAddress(orderId, address) {
      await readSnapshot(orderId);
      await heir.correctMailAddress(orderId, address);
    },

    async peekControl(orderId) {
      const own = await heir.peekControl(orderId);
      return own === undefined || isCopy(own) ? undefined : own;
    },
  };
}

function isCopy({ control }: StoredControl): boolean {
  return control.writeId.startsWith(COPY);
}
