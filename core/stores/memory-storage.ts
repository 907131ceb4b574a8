import { createMemoryDownloadCounter } from "./memory-download-counter.ts";
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
