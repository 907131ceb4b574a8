import { randomUUID } from "node:crypto";

import { createMemoryOrderStore } from "../../core/stores/memory-order-store.ts";
import { orderStoreContract } from "./order-store.ts";

const store = createMemoryOrderStore();

orderStoreContract(() => ({
  store,
  newOrderId: async () => `cs_test_${randomUUID()}`,
  keepsSnapshots: true,
}));
