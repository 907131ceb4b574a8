import type { DownloadCount, DownloadCounter } from "../delivery/files/download-counter.ts";
import { createMemoryCounters } from "./memory-counters.ts";
import { createMemoryOrderStore } from "./memory-order-store.ts";
import type { Storage } from "./storage.ts";

/** For tests and simulation only: a function's memory is gone with the function. */
export function createMemoryStorage(): Storage {
  const notes = new Map<string, { text: string; version: number }>();
  let lastDeliveryMs: number | undefined;

  return {
    name: "memory",
    orders: createMemoryOrderStore(),
    downloads: createMemoryDownloadCounter(),
    events: {
      record: async ({ atMs }) => {
        lastDeliveryMs = atMs;
      },
      lastDeliveryMs: async () => lastDeliveryMs,
    },
    bookkeeping: {
      read: async (name) => notes.get(name),
      async write(name, expectedVersion, text) {
        if ((notes.get(name)?.version ?? 0) !== expectedVersion) return "conflict";
        notes.set(name, { text, version: expectedVersion + 1 });
        return "written";
      },
    },
    counters: createMemoryCounters(),
  };
}

function createMemoryDownloadCounter(): DownloadCounter {
  const orders = new Map<string, Map<string, DownloadCount>>();
  return {
    async add(orderId, { id, name }, atMs) {
      const files = orders.get(orderId) ?? new Map<string, DownloadCount>();
      const last = files.get(id);
      files.set(id, {
        name,
        count: (last?.count ?? 0) + 1,
        firstMs: last?.firstMs ?? atMs,
        lastMs: atMs,
      });
      orders.set(orderId, files);
    },
    of: async (orderId) => [...(orders.get(orderId)?.values() ?? [])],
  };
}
