import type Stripe from "stripe";

import { isSale } from "../checkout/marker.ts";
import { isOurSession, soldIn } from "../checkout/session-owner.ts";
import { whoseSale, type ShopIdentity } from "../checkout/whose-sale.ts";
import { retrieveCheckoutFacts } from "../orders/checkout-facts.ts";
import { isOpen as isOpenOrder } from "../orders/control-record.ts";
import { createDeadline } from "../orders/deadline.ts";
import type { OrderId } from "../orders/order.ts";
import type { OrderStore } from "../orders/order-store.ts";
import { keepAddedLines } from "../orders/sold-lines.ts";
import { classifyStripeError } from "../stripe/errors.ts";
import { decodeControl, encodeControl } from "./stripe-control-record.ts";
import { writeNextVersion } from "./stripe-versions.ts";

/** One key of the session's metadata holds the control record; Stripe allows a value 500 characters. */
const METADATA_KEY = "static_checkout_order";

/** Reading or writing may take this long, the SDK's retry included. */
const CALL_BUDGET_MS = 4_000;

/** A snapshot says what was bought; what became of the money since is not asked. */
const NO_MONEY = { known: { refundedMinor: 0, fullyRefunded: false }, lookForDisputes: false } as const;

/**
 * How far back the worklist goes. A bank debit can take three weeks to be paid, a step that fails is then tried for two more, and
 * runs that stood still look back a month.
 */
const OPEN_AT_MOST_MS = 40 * 24 * 3_600_000;

/** Far below the 24 hours for which Stripe remembers an idempotency key, far above what a run takes. */
const VERSION_GOOD_FOR_MS = 3_600_000;
const MAX_REMEMBERED = 1_000;

export interface StripeOrderStoreOptions {
  livemode: boolean;
  identity: ShopIdentity;
  now: () => number;
}

/**
 * Orders in Stripe itself, no database at all: the control record lives in the Checkout Session's metadata, and the
 * snapshot is the completed session, which Stripe does not let anybody change. Compare-and-set: see `stripe-versions.ts`.
 */
export function createStripeOrderStore(
  stripe: Stripe,
  { livemode, identity, now }: StripeOrderStoreOptions,
): OrderStore {
  const request = { timeout: CALL_BUDGET_MS / 2 };
  const writing = { ...request, maxNetworkRetries: 0 };

  /** When this instance last read, or wrote, which version of an order. */
  const known = new Map<OrderId, { version: number; atMs: number }>();
  const remember = (orderId: OrderId, version: number, atMs: number): void => {
    if (known.size >= MAX_REMEMBERED) known.clear();
    known.set(orderId, { version, atMs });
  };
  const isOutdated = (orderId: OrderId, version: number): boolean => {
    const last = known.get(orderId);
    return last?.version === version && now() - last.atMs > VERSION_GOOD_FOR_MS;
  };

  return {
    listsEverySession: true,

    async readControl(orderId) {
      const readAtMs = now();
      try {
        const session = await stripe.checkout.sessions.retrieve(orderId, {}, request);
        const text = session.metadata?.[METADATA_KEY];
        // Of a session of somebody else's, whatever its metadata holds, there is no record.
        const isRecord = text !== undefined && (await isOurSession(stripe, session, identity, request));
        const stored = isRecord ? decodeControl(orderId, text) : undefined;
        remember(orderId, stored?.version ?? 0, readAtMs);
        return stored;
      } catch (error) {
        if (classifyStripeError(error) === "not_found") return undefined;
        throw error;
      }
    },

    peekControl: async () => undefined,

    async writeControl(orderId, expectedVersion, control) {
      const isCurrent = (): boolean => !isOutdated(orderId, expectedVersion);
      const startedMs = now();
      const result = await writeNextVersion(expectedVersion, isCurrent, (version) => {
        const metadata = { [METADATA_KEY]: encodeControl({ control, version }) };
        const idempotencyKey = `${orderId}/v${version}`;
        return stripe.checkout.sessions.update(orderId, { metadata }, { ...writing, idempotencyKey });
      });
      if (result !== "conflict") remember(orderId, result.version, startedMs);
      return result;
    },

    async readSnapshot(orderId, fresh) {
      if (fresh !== undefined) return fresh;
      const options = { livemode, identity, isHeld: false, look: NO_MONEY };
      const truth = await retrieveCheckoutFacts(
        stripe,
        orderId,
        options,
        createDeadline(now, CALL_BUDGET_MS),
      );
      return truth.kind === "session" && truth.facts.status === "complete" ? truth.facts.snapshot : undefined;
    },

    // The completed session is the snapshot, but for what the lookup keys of its lines were: they can move on.
    async createSnapshot(snapshot) {
      const metadata = keepAddedLines(snapshot);
      if (metadata !== undefined)
        await stripe.checkout.sessions.update(snapshot.orderId, { metadata }, request);
    },

    // Stripe's own event list is the history.
    appendHistory: async () => undefined,
    readHistory: async () => undefined,

    async *listOpen(after) {
      const sessions = stripe.checkout.sessions.list({
        created: { gte: Math.floor((now() - OPEN_AT_MOST_MS) / 1000) },
        status: "complete",
        limit: 100,
        ...(after !== undefined && { starting_after: after }),
      });
      for await (const session of sessions) {
        const mayBeOurs = whoseSale(soldIn(session), identity) !== "theirs" && isSale(session);
        const isOpen = mayBeOurs && mayBeOpen(session.id, session.metadata?.[METADATA_KEY]);
        yield { orderId: session.id, isOpen };
      }
    },
  };
}

/** A record that cannot be read is reported by whoever reads it next, and must not hide the orders behind it. */
function mayBeOpen(orderId: string, text: string | undefined): boolean {
  if (text === undefined) return true;
  try {
    return isOpenOrder(decodeControl(orderId, text).control);
  } catch {
    return true;
  }
}
