import { randomUUID } from "node:crypto";

import { createMemoryStorage } from "../../core/stores/memory-storage.ts";
import { bookkeepingContract } from "./bookkeeping.ts";
import { countersContract } from "./counters.ts";
import { downloadCounterContract } from "./download-counter.ts";
import { eventLogContract } from "./event-log.ts";
import { orderStoreContract } from "./order-store.ts";

const { orders, events, bookkeeping, counters, downloads } = createMemoryStorage();

countersContract(() => counters);

orderStoreContract(() => ({
  store: orders,
  newOrderId: async () => `cs_test_${randomUUID()}`,
  keepsSnapshots: true,
  keepsHistory: true,
}));

bookkeepingContract(
  () => bookkeeping,
  () => undefined,
);

downloadCounterContract(() => downloads);

eventLogContract(() => ({
  events,
  async deliver(delivery) {
    await events.record(delivery);
    return delivery.atMs;
  },
}));
