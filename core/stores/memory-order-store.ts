import { isOpen } from "../orders/control-record.ts";
import type { OrderSnapshot } from "../orders/order.ts";
import type { HistoryEntry, OrderStore, StoredControl } from "../orders/order-store.ts";

/** Orders in a map: for tests and simulation only, because a function's memory is gone with the function. */
export function createMemoryOrderStore(): OrderStore {
  const controls = new Map<string, StoredControl>();
  const snapshots = new Map<string, OrderSnapshot>();
  const histories = new Map<string, Map<string, HistoryEntry>>();

  const readControl = async (orderId: string): Promise<StoredControl | undefined> =>
    structuredClone(controls.get(orderId));

  return {
    listsEverySession: false,
    readControl,
    peekControl: readControl,

    async writeControl(orderId, expectedVersion, control) {
      if ((controls.get(orderId)?.version ?? 0) !== expectedVersion) return "conflict";
      controls.set(orderId, structuredClone({ control, version: expectedVersion + 1 }));
      return { version: expectedVersion + 1 };
    },

    readSnapshot: async (orderId) => structuredClone(snapshots.get(orderId)),

    async createSnapshot(snapshot) {
      if (!snapshots.has(snapshot.orderId)) snapshots.set(snapshot.orderId, structuredClone(snapshot));
    },

    async correctMailAddress(orderId, address) {
      const snapshot = snapshots.get(orderId);
      if (snapshot !== undefined) snapshots.set(orderId, { ...snapshot, mailTo: address });
    },

    async appendHistory(orderId, entry) {
      const history = histories.get(orderId) ?? new Map<string, HistoryEntry>();
      if (!history.has(entry.key)) history.set(entry.key, { ...entry });
      histories.set(orderId, history);
    },

    readHistory: async (orderId) =>
      structuredClone([...(histories.get(orderId)?.values() ?? [])]).toSorted(
        (one, other) => one.atMs - other.atMs || (one.key < other.key ? -1 : 1),
      ),

    async *listOpen(after = "") {
      for (const orderId of [...controls.keys()].toSorted()) {
        const control = controls.get(orderId)?.control;
        if (orderId > after && control !== undefined && isOpen(control)) yield { orderId, isOpen: true };
      }
    },
  };
}
