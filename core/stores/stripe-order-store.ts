import type Stripe from "stripe";

import { addressCorrection, isSale } from "../stripe/metadata.ts";
import { isOurSession, soldIn } from "../stripe/session-owner.ts";
import { whoseSale, type ShopIdentity } from "../stripe/whose-sale.ts";
import { retrieveCheckoutFacts } from "../stripe/checkout-facts.ts";
import { isOpen as isOpenOrder } from "../orders/control-record.ts";
import { createDeadline } from "../retry/deadline.ts";
import type { OrderId } from "../orders/order.ts";
import type { OrderStore } from "../orders/order-store.ts";
import { keepAddedLines } from "../stripe/sold-lines.ts";
import { classifyStripeError, wasReplayed } from "../stripe/errors.ts";
import { UnreadableRecordError } from "../orders/unreadable-record-error.ts";
import { listPages } from "../stripe/list-pages.ts";
import { isRedactedMetadata } from "../stripe/redaction.ts";
import { createKnownVersions, StuckRecordError } from "./known-versions.ts";
import { troubleOf, type ReportTrouble, type StorageTrouble } from "./storage-trouble.ts";
import { encodeControl } from "./stripe-control-record.ts";
import {
  copyKey,
  findRecord,
  holdsRecord,
  recordChange,
  recordText,
  type FoundRecord,
} from "./stripe-record-copies.ts";
import { writeNextVersion } from "./stripe-versions.ts";

/** A read or a write may take this long, including the SDK's retry. */
const CALL_BUDGET_MS = 4_000;

/** A snapshot says what was bought, not what became of the money since. */
const NO_MONEY = { known: { refundedMinor: 0, fullyRefunded: false }, lookForDisputes: false } as const;

/**
 * How far back the worklist goes. A bank debit can take three weeks to be paid, a failing step is then tried for two more, and runs
 * that stood still look back a month.
 */
const OPEN_AT_MOST_MS = 40 * 24 * 3_600_000;

export interface StripeOrderStoreOptions {
  livemode: boolean;
  identity: ShopIdentity;
  now: () => number;
  /** Is told of trouble that a retry does not fix. */
  reportTrouble?: ReportTrouble;
  /** The version of an order that was reported as refused. */
  refusedVersion?: (orderId: OrderId) => Promise<number | undefined>;
}

/**
 * Orders in Stripe itself, without a database: the control record lives in the Checkout Session's metadata, and the snapshot is
 * the completed session, which Stripe lets no one change. Compare-and-set: see `stripe-versions.ts`.
 */
export function createStripeOrderStore(stripe: Stripe, options: StripeOrderStoreOptions): OrderStore {
  const { livemode, identity, now } = options;
  const { reportTrouble = async () => false, refusedVersion = async () => undefined } = options;
  const request = { timeout: CALL_BUDGET_MS / 2 };
  const writing = { ...request, maxNetworkRetries: 0 };

  const known = createKnownVersions(now);

  /** Undefined for a redacted session. */
  const findIn = ({ id, metadata }: Stripe.Checkout.Session): FoundRecord | undefined =>
    metadata === null || isRedactedMetadata(metadata) ? undefined : findRecord(id, metadata);

  /** A session of another shop has no record of ours, whatever its metadata holds. */
  async function recordIn(session: Stripe.Checkout.Session): Promise<FoundRecord | undefined> {
    const isOurRecord =
      holdsRecord(session.metadata) && (await isOurSession(stripe, session, identity, request));
    return isOurRecord ? findIn(session) : undefined;
  }

  async function report(
    orderId: OrderId,
    error: unknown,
    call: "read" | "write",
    version?: number,
  ): Promise<void> {
    const trouble = troubleOf(error, call);
    const isNoted = trouble !== undefined && (await reportTrouble(orderId, trouble, version));
    if (error instanceof UnreadableRecordError) error.isNoted = isNoted;
  }

  /** Writes what is kept beside the record and has no versions. */
  async function writeBeside(orderId: OrderId, metadata: Record<string, string>): Promise<void> {
    try {
      await stripe.checkout.sessions.update(orderId, { metadata }, request);
    } catch (error) {
      await report(orderId, error, "write");
      throw error;
    }
  }

  /** The copy beside a record shows that another program has put back an older one. So does an instance that has seen a newer one. */
  async function reportOverwritten(orderId: OrderId, found: FoundRecord | undefined, atMs: number) {
    const version = found?.stored.version ?? 0;
    if (found?.wasOverwritten === true) await reportTrouble(orderId, "overwritten");
    else if (known.isOlder(orderId, { version, atMs })) await reportTrouble(orderId, "stuck", version);
  }

  async function isStillAt(orderId: OrderId, version: number): Promise<boolean> {
    const found = await recordIn(await stripe.checkout.sessions.retrieve(orderId, {}, request));
    return (found?.stored.version ?? 0) === version;
  }

  /** An unreadable record is reported when it is read next. It must not hide the orders behind it. */
  function mayBeOpen(session: Stripe.Checkout.Session): boolean {
    try {
      const found = findIn(session);
      return found === undefined || isOpenOrder(found.stored.control);
    } catch {
      return true;
    }
  }

  return {
    listsEverySession: true,

    async readControl(orderId) {
      const atMs = now();
      try {
        const found = await recordIn(await stripe.checkout.sessions.retrieve(orderId, {}, request));
        await reportOverwritten(orderId, found, atMs);
        const version = found?.stored.version ?? 0;
        known.remember(orderId, { version, atMs, copies: found?.copies ?? [] });
        return found?.stored;
      } catch (error) {
        if (classifyStripeError(error) === "not_found") return undefined;
        await report(orderId, error, "read");
        throw error;
      }
    },

    peekControl: async () => undefined,

    async writeControl(orderId, expectedVersion, control) {
      if (known.isStuck(orderId, expectedVersion)) throw new StuckRecordError(orderId, expectedVersion);
      const isCurrent = (): boolean => !known.isOutdated(orderId, expectedVersion);
      const startedMs = now();
      let tried = expectedVersion;
      let trouble: StorageTrouble | undefined;
      const write = async (version: number): Promise<"kept" | "not_kept"> => {
        tried = version;
        const text = encodeControl({ control, version });
        const metadata = recordChange(text, version, known.copiesOf(orderId));
        const keyed = { ...writing, idempotencyKey: `${orderId}/v${version}` };
        const answer = await stripe.checkout.sessions.update(orderId, { metadata }, keyed);
        if (recordText(answer.metadata) === text) return "kept";
        trouble = wasReplayed(answer) ? "not_compared" : "not_kept";
        return "not_kept";
      };
      try {
        let result = await writeNextVersion(expectedVersion, isCurrent, write);
        if (trouble !== undefined) await reportTrouble(orderId, trouble, tried);
        if (result === "conflict" && known.noteConflict(orderId, expectedVersion)) {
          // Stripe may have stored a refusal under the key of the next version. Then that version can never be written.
          const refused = await refusedVersion(orderId);
          if (refused === undefined) await reportTrouble(orderId, "stuck", expectedVersion);
          // Stripe does not store every refusal: another run may have written that version since.
          else if (await isStillAt(orderId, expectedVersion))
            result = await writeNextVersion(Math.max(refused, expectedVersion), isCurrent, write);
        }
        if (result === "conflict") return "conflict";
        const { version } = result;
        known.remember(orderId, { version, atMs: startedMs, copies: [copyKey(version)] });
        return result;
      } catch (error) {
        await report(orderId, error, "write", tried);
        throw error;
      }
    },

    async readSnapshot(orderId, fresh) {
      if (fresh !== undefined) return fresh;
      const asked = { livemode, identity, isHeld: false, look: NO_MONEY };
      const truth = await retrieveCheckoutFacts(stripe, orderId, asked, createDeadline(now, CALL_BUDGET_MS));
      return truth.kind === "session" && truth.facts.status === "complete" ? truth.facts.snapshot : undefined;
    },

    // The completed session is the snapshot, except for the lookup keys of its lines: those can move to other prices.
    async createSnapshot(snapshot) {
      const metadata = keepAddedLines(snapshot);
      if (metadata !== undefined) await writeBeside(snapshot.orderId, metadata);
    },

    correctMailAddress: (orderId, address) => writeBeside(orderId, addressCorrection(address)),

    // Stripe's own event list is the history.
    appendHistory: async () => undefined,
    readHistory: async () => undefined,

    async *listOpen(after, deadline) {
      const created = { gte: Math.floor((now() - OPEN_AT_MOST_MS) / 1000) };
      const sessions = listPages(
        (page, inTime) => stripe.checkout.sessions.list({ created, status: "complete", ...page }, inTime),
        deadline,
        { after },
      );
      for await (const session of sessions) {
        const mayBeOurs = whoseSale(soldIn(session), identity) !== "theirs" && isSale(session);
        const isOpen = mayBeOurs && !isRedactedMetadata(session.metadata) && mayBeOpen(session);
        yield { orderId: session.id, isOpen };
      }
    },
  };
}
