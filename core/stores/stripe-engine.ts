import type Stripe from "stripe";

import type { Bookkeeping } from "../reconciliation/bookkeeping.ts";
import { classifyStripeError, isStripeError } from "../stripe/errors.ts";
import { listEvents } from "../stripe/list-events.ts";
import type { EventLog } from "../webhook/event-log.ts";
import { ORDER_EVENTS } from "../webhook/event-types.ts";
import type { Engine } from "./engine.ts";
import { createMemoryCounters } from "./memory-counters.ts";
import { createStripeOrderStore, type StripeOrderStoreOptions } from "./stripe-order-store.ts";
import { writeNextVersion } from "./stripe-versions.ts";

/** Everything in Stripe itself, no database at all. */
export function createStripeEngine(stripe: Stripe, options: StripeOrderStoreOptions): Engine {
  return {
    name: "stripe",
    orders: createStripeOrderStore(stripe, options),
    events: createStripeEventLog(stripe),
    bookkeeping: createStripeBookkeeping(stripe, options.shopId),
    // Stripe has no place for a count that many may add to at once; the log has a line per download.
    downloads: { add: async () => undefined, of: async () => undefined },
    // Stripe is no place to count in: counting would cost as many of its calls as it saves.
    counters: createMemoryCounters(),
  };
}

/**
 * Stripe's own list of events is the log, for 30 days. Only the types that a webhook is there for: an event that no endpoint
 * listens to, such as the change of our own bookkeeping, counts as delivered.
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

/**
 * Notes in the metadata of one inactive product, `<version> <text>` each; compare-and-set as for orders. A product is the one kind
 * of object whose id we may choose, so that everybody finds the same one; each shop of an account has its own.
 */
function createStripeBookkeeping(stripe: Stripe, shopId: string): Bookkeeping {
  const ledger = {
    id: `static_checkout_bookkeeping_${shopId}`,
    name: `Static Checkout's bookkeeping, shop ${shopId} (do not delete)`,
    active: false,
  };

  const retrieveLedger = async (): Promise<Stripe.Metadata | undefined> => {
    try {
      return (await stripe.products.retrieve(ledger.id)).metadata;
    } catch (error) {
      if (classifyStripeError(error) === "not_found") return undefined;
      throw error;
    }
  };

  /** Notes that are read at once, as health does, share one call. */
  let reading: Promise<Stripe.Metadata | undefined> | undefined;
  const readLedger = (): Promise<Stripe.Metadata | undefined> => {
    const mine = (reading ??= retrieveLedger());
    const forget = (): void => {
      if (reading === mine) reading = undefined;
    };
    mine.then(forget, forget);
    return mine;
  };

  const createLedger = async (): Promise<void> => {
    try {
      await stripe.products.create(ledger);
    } catch (error) {
      if (!(isStripeError(error) && error.code === "resource_already_exists")) throw error;
    }
  };

  return {
    async read(name) {
      const note = (await readLedger())?.[name];
      const [, version, text] = /^(\d+) ?(.*)$/s.exec(note ?? "") ?? [];
      return version === undefined || text === undefined ? undefined : { text, version: Number(version) };
    },

    async write(name, expectedVersion, text) {
      if ((await retrieveLedger()) === undefined) await createLedger();
      const result = await writeNextVersion(
        expectedVersion,
        () => true,
        async (version) => {
          const value = `${version} ${text}`;
          const idempotencyKey = `${ledger.id}/${name}/v${version}`;
          const metadata = { [name]: value };
          const answer = await stripe.products.update(ledger.id, { metadata }, { idempotencyKey });
          // A reading that began before this write must not answer for one that is asked for after it.
          reading = undefined;
          return answer.metadata[name] === value ? "kept" : "not_kept";
        },
      );
      return result === "conflict" ? "conflict" : "written";
    },
  };
}
