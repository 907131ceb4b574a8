import type Stripe from "stripe";

import { listEvents } from "../stripe/list-events.ts";
import type { EventLog } from "../webhook/event-log.ts";
import { ORDER_EVENTS } from "../webhook/event-types.ts";
import type { Storage } from "./storage.ts";
import { createMemoryCounters } from "./memory-counters.ts";
import { createStripeBookkeeping } from "./stripe-bookkeeping.ts";
import { createStripeOrderStore, type StripeOrderStoreOptions } from "./stripe-order-store.ts";

/** Keeps everything in Stripe itself, without a database. */
export function createStripeStorage(stripe: Stripe, options: StripeOrderStoreOptions): Storage {
  const { hasMovedToTable, ...bookkeeping } = createStripeBookkeeping(stripe, options.identity);
  return {
    name: "stripe",
    orders: createStripeOrderStore(stripe, options),
    events: createStripeEventLog(stripe),
    bookkeeping,
    hasMovedToTable,
    // Stripe has no place for a count that many may add to at once; the log has a line per download.
    downloads: { add: async () => undefined, of: async () => undefined },
    // Counting in Stripe would cost as many calls as it saves.
    counters: createMemoryCounters(),
  };
}

/**
 * Stripe's own list of events is the log, for 30 days. Only the types that a webhook listens to are read: an event without an
 * endpoint, such as a change to our own bookkeeping, counts as delivered.
 */
function createStripeEventLog(stripe: Stripe): EventLog {
  return {
    record: async () => undefined,
    async lastDeliveryMs() {
      const types = [...ORDER_EVENTS.keys()];
      for await (const { event } of listEvents(stripe, types, { delivery_success: true, limit: 1 })) {
        return event.created * 1000;
      }
      return undefined;
    },
  };
}
