import type { Storage } from "../../core/stores/storage.ts";
import type { OrderStore } from "../../core/orders/order-store.ts";
import type { CallOutside } from "./outside-call.ts";
import type { OrderBook } from "./order-book.ts";
import type { ShopProcess } from "./shop-process.ts";

/**
 * An engine as a process reaches it: over a network, with a client below us that may retry. A write whose reply was lost and that
 * is retried meets its own first attempt.
 */
export function createFaultyStorage(
  engine: Storage,
  process: ShopProcess,
  surroundings: { callOutside: CallOutside; book: OrderBook; retries: () => boolean },
): Storage {
  const { callOutside, book, retries } = surroundings;

  async function call<T>(point: string, subject: string, happen: () => Promise<T>): Promise<T> {
    const once = (): Promise<T> =>
      callOutside(process, {
        point,
        describe: () => `${point} ${subject}`,
        happen,
        fail: (reason) => new Error(reason),
        show: (result) => (result === "conflict" ? "conflict" : ""),
      });
    return once().catch((error: unknown) => {
      if (retries()) return once();
      throw error;
    });
  }

  const { orders, events, bookkeeping } = engine;
  const faultyOrders: OrderStore = {
    ...orders,
    readControl: (orderId) => call("orders.readControl", orderId, () => orders.readControl(orderId)),
    peekControl: (orderId) => call("orders.readControl", orderId, () => orders.peekControl(orderId)),
    writeControl: (orderId, expectedVersion, control) =>
      call("orders.writeControl", `${orderId} on v${expectedVersion}`, async () => {
        const result = await orders.writeControl(orderId, expectedVersion, control);
        book.observe(orderId, await orders.readControl(orderId), process);
        return result;
      }),
    readSnapshot: (orderId, ...rest) =>
      call("orders.readSnapshot", orderId, () => orders.readSnapshot(orderId, ...rest)),
    createSnapshot: (snapshot) =>
      call("orders.createSnapshot", snapshot.orderId, () => orders.createSnapshot(snapshot)),
    appendHistory: (orderId, entry) =>
      call("orders.appendHistory", `${orderId} ${entry.key}`, () => orders.appendHistory(orderId, entry)),
    readHistory: (orderId) => call("orders.readHistory", orderId, () => orders.readHistory(orderId)),
    async *listOpen(after) {
      yield* await call("orders.listOpen", "", async () => {
        const found: { orderId: string; isOpen: boolean }[] = [];
        for await (const one of orders.listOpen(after)) found.push(one);
        return found;
      });
    },
  };
  return {
    name: engine.name,
    orders: faultyOrders,
    events: {
      record: (delivery) => call("events.record", delivery.eventId, () => events.record(delivery)),
      lastDeliveryMs: () => call("events.lastDeliveryMs", "", () => events.lastDeliveryMs()),
    },
    // Nothing depends on how often a file was fetched.
    downloads: engine.downloads,
    bookkeeping: {
      read: (name) => call("bookkeeping.read", name, () => bookkeeping.read(name)),
      write: (name, version, text) =>
        call("bookkeeping.write", name, () => bookkeeping.write(name, version, text)),
    },
    // No order depends on them: a count that fails only refuses checkouts for a moment, which tests/unit/core/limits/ shows.
    counters: engine.counters,
  };
}
