import { randomUUID } from "node:crypto";

import { createMemoryEngine } from "../../core/stores/memory-engine.ts";
import { bookkeepingContract } from "./bookkeeping.ts";
import { countersContract } from "./counters.ts";
import { eventLogContract } from "./event-log.ts";
import { orderStoreContract } from "./order-store.ts";

const { orders, events, bookkeeping, counters } = createMemoryEngine();

countersContract(() => counters);

orderStoreContract(() => ({
  store: orders,
  newOrderId: async () => `cs_test_${randomUUID()}`,
  keepsSnapshots: true,
}));

bookkeepingContract(
  () => bookkeeping,
  () => undefined,
);

eventLogContract(() => ({
  events,
  async deliver(delivery) {
    await events.record(delivery);
    return delivery.atMs;
  },
}));
