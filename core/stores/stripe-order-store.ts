import type Stripe from "stripe";

import { retrieveCheckoutFacts } from "../orders/checkout-facts.ts";
import { createDeadline } from "../orders/deadline.ts";
import type { OrderId } from "../orders/order.ts";
import type { OrderStore } from "../orders/order-store.ts";
import { classifyStripeError } from "../stripe/errors.ts";
import { decodeControl, encodeControl } from "./stripe-control-record.ts";

/** One key of the session's metadata holds the control record; Stripe allows a value 500 characters. */
const METADATA_KEY = "order";

/** Reading or writing may take this long, the SDK's retry included. */
const CALL_BUDGET_MS = 6_000;

/**
 * Orders in Stripe itself, no database at all: the control record lives in the Checkout Session's metadata, and the
 * snapshot is the completed session, which Stripe does not let anybody change.
 *
 * Compare-and-set is made of Stripe's idempotency: version n is written with the key `<order>/v<n>`. The first writer of a
 * version wins; a second one, whose write differs at least in its random id, is told that the key was used with other
 * parameters, or, while the first is still under way, that the key is in use.
 * https://docs.stripe.com/api/idempotent_requests
 *
 * Stripe forgets a key after 24 hours at the earliest, and a function that read a record lives for seconds, so no writer
 * can come back with a version that old. When Stripe stored an error of its own under a key, that version stays blocked
 * until the key is forgotten: callers see conflicts, report failure, and Stripe's retries find the order again.
 */
export function createStripeOrderStore(stripe: Stripe, livemode: boolean, now: () => number): OrderStore {
  const options = { timeout: CALL_BUDGET_MS / 2 };

  const readMetadata = async (orderId: OrderId): Promise<string | undefined> => {
    try {
      const session = await stripe.checkout.sessions.retrieve(orderId, {}, options);
      return session.metadata?.[METADATA_KEY];
    } catch (error) {
      if (classifyStripeError(error) === "not_found") return undefined;
      throw error;
    }
  };

  return {
    engine: "stripe",

    async readControl(orderId) {
      const text = await readMetadata(orderId);
      return text === undefined ? undefined : decodeControl(orderId, text);
    },

    async writeControl(orderId, expectedVersion, control) {
      const version = expectedVersion + 1;
      try {
        await stripe.checkout.sessions.update(
          orderId,
          { metadata: { [METADATA_KEY]: encodeControl({ control, version }) } },
          { ...options, idempotencyKey: `${orderId}/v${version}` },
        );
        return "written";
      } catch (error) {
        if (classifyStripeError(error) === "idempotency_conflict") return "conflict";
        throw error;
      }
    },

    async readSnapshot(orderId) {
      const truth = await retrieveCheckoutFacts(
        stripe,
        orderId,
        livemode,
        createDeadline(now, CALL_BUDGET_MS),
      );
      return truth.kind === "session" && truth.facts.status === "complete" ? truth.facts.snapshot : undefined;
    },

    // Nothing to write: the completed session is the snapshot, and Stripe's own event list is the history.
    createSnapshot: async () => undefined,
    appendHistory: async () => undefined,
  };
}
