import type Stripe from "stripe";

import type { Bookkeeping } from "../reconciliation/bookkeeping.ts";
import { classifyStripeError, isStripeError } from "../stripe/errors.ts";
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
      const { data } = await stripe.events.list({ delivery_success: true, types, limit: 1 });
      return data[0] === undefined ? undefined : data[0].created * 1000;
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

  const readLedger = async (): Promise<Stripe.Metadata | undefined> => {
    try {
      return (await stripe.products.retrieve(ledger.id)).metadata;
    } catch (error) {
      if (classifyStripeError(error) === "not_found") return undefined;
      throw error;
    }
  };

  /** All notes stand in one object: who reads several at once asks for it once. What began before a write is not joined after it. */
  let underWay: Promise<Stripe.Metadata | undefined> | undefined;
  const joinReading = (): Promise<Stripe.Metadata | undefined> => {
    if (underWay !== undefined) return underWay;
    const reading = readLedger().finally(() => {
      if (underWay === reading) underWay = undefined;
    });
    underWay = reading;
    return reading;
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
      const note = (await joinReading())?.[name];
      const [, version, text] = /^(\d+) ?(.*)$/s.exec(note ?? "") ?? [];
      return version === undefined || text === undefined ? undefined : { text, version: Number(version) };
    },

    async write(name, expectedVersion, text) {
      if ((await readLedger()) === undefined) await createLedger();
      underWay = undefined;
      const result = await writeNextVersion(
        expectedVersion,
        () => true,
        (version) => {
          const metadata = { [name]: `${version} ${text}` };
          return stripe.products.update(
            ledger.id,
            { metadata },
            { idempotencyKey: `${ledger.id}/${name}/v${version}` },
          );
        },
      );
      underWay = undefined;
      return result === "conflict" ? "conflict" : "written";
    },
  };
}
