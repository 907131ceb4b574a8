import type Stripe from "stripe";

import { isOurs } from "../checkout/marker.ts";
import { retrieveCheckoutFacts } from "../orders/checkout-facts.ts";
import { isOpen } from "../orders/control-record.ts";
import { createDeadline } from "../orders/deadline.ts";
import type { ControlRecord, OrderId } from "../orders/order.ts";
import type { OrderStore, WriteResult } from "../orders/order-store.ts";
import { classifyStripeError, isReplayedFailure } from "../stripe/errors.ts";
import { decodeControl, encodeControl } from "./stripe-control-record.ts";

/** One key of the session's metadata holds the control record; Stripe allows a value 500 characters. */
const METADATA_KEY = "order";

/** Reading or writing may take this long, the SDK's retry included. */
const CALL_BUDGET_MS = 6_000;

/** The slowest payment methods answer within two weeks; what is older and still open is settled by its webhook. */
const OPEN_AT_MOST_MS = 15 * 24 * 3_600_000;

/** So many versions in a row may be spoilt by failures of Stripe's before a write is given up. */
export const MAX_SPOILT_VERSIONS = 3;

/**
 * Orders in Stripe itself, no database at all: the control record lives in the Checkout Session's metadata, and the
 * snapshot is the completed session, which Stripe does not let anybody change.
 *
 * Compare-and-set is made of Stripe's idempotency: version n is written with the key `<order>/v<n>`. The first writer of a
 * version wins; a second one, whose write differs at least in its random id, is told that the key was used with other
 * parameters, or, while the first is still under way, that the key is in use. Stripe remembers a key for 24 hours at least, and a
 * function that read a record lives for seconds, so nobody comes back with a version that old.
 * https://docs.stripe.com/api/idempotent_requests
 *
 * Stripe also remembers its own failures. A version whose first write ended in a stored 5xx is spoilt: the key belongs to that
 * write for good, so nobody can ever write this version. Its writer learns so from the replayed failure and takes the next one.
 * Should the writer die before that, the version is free again when Stripe forgets the key, and until then every delivery is
 * answered 503.
 */
export function createStripeOrderStore(stripe: Stripe, livemode: boolean, now: () => number): OrderStore {
  const request = { timeout: CALL_BUDGET_MS / 2 };

  const writeVersion = async (
    orderId: OrderId,
    version: number,
    control: ControlRecord,
  ): Promise<"written" | "conflict" | "spoilt"> => {
    try {
      const metadata = { [METADATA_KEY]: encodeControl({ control, version }) };
      const idempotencyKey = `${orderId}/v${version}`;
      await stripe.checkout.sessions.update(orderId, { metadata }, { ...request, idempotencyKey });
      return "written";
    } catch (error) {
      if (classifyStripeError(error) === "idempotency_conflict") return "conflict";
      if (isReplayedFailure(error)) return "spoilt";
      throw error;
    }
  };

  return {
    async readControl(orderId) {
      try {
        const { metadata } = await stripe.checkout.sessions.retrieve(orderId, {}, request);
        const text = metadata?.[METADATA_KEY];
        return text === undefined ? undefined : decodeControl(orderId, text);
      } catch (error) {
        if (classifyStripeError(error) === "not_found") return undefined;
        throw error;
      }
    },

    async writeControl(orderId, expectedVersion, control): Promise<WriteResult> {
      for (
        let version = expectedVersion + 1;
        version <= expectedVersion + MAX_SPOILT_VERSIONS;
        version += 1
      ) {
        const result = await writeVersion(orderId, version, control);
        if (result === "conflict") return "conflict";
        if (result === "written") return { version };
      }
      throw new Error(`Stripe failed ${MAX_SPOILT_VERSIONS} times to write the record of order ${orderId}.`);
    },

    async readSnapshot(orderId) {
      const options = { livemode, lookForDisputes: false };
      const truth = await retrieveCheckoutFacts(
        stripe,
        orderId,
        options,
        createDeadline(now, CALL_BUDGET_MS),
      );
      return truth.kind === "session" && truth.facts.status === "complete" ? truth.facts.snapshot : undefined;
    },

    // Nothing to write: the completed session is the snapshot, and Stripe's own event list is the history.
    createSnapshot: async () => undefined,
    appendHistory: async () => undefined,

    async *listOpen() {
      const created = { gte: Math.floor((now() - OPEN_AT_MOST_MS) / 1000) };
      for await (const session of stripe.checkout.sessions.list({
        created,
        status: "complete",
        limit: 100,
      })) {
        if (!isOurs(session.metadata)) continue;
        const text = session.metadata?.[METADATA_KEY];
        if (text === undefined || isOpen(decodeControl(session.id, text).control)) yield session.id;
      }
    },
  };
}
