import type Stripe from "stripe";

import type { StorageAlarm } from "../alarms/storage-alarm.ts";
import { describeError } from "../log/log.ts";
import type { OrderId } from "../orders/order.ts";
import type { SettleDependencies } from "../orders/settle-dependencies.ts";
import type { Deadline } from "../retry/deadline.ts";
import { withTimeout } from "../retry/with-timeout.ts";
import type { Bookkeeping } from "../stores/bookkeeping.ts";
import type { Storage } from "../stores/storage.ts";
import type { TableGuard } from "../stores/table-guard.ts";
import { readWaiting, saveWaiting, stillWaiting } from "../stores/waiting-orders.ts";
import { classifyStripeError, isPassing } from "../stripe/errors.ts";
import type { ShopIdentity } from "../stripe/whose-sale.ts";
import { firstSeenMs } from "./heartbeat.ts";
import { createLookThrough, type Listing } from "./look-through.ts";
import { hasMovedAway, MOVED_AWAY } from "./moved-away.ts";
import { readAhead } from "./reading.ts";
import { goRound } from "./rounds.ts";
import { createReport, type ReconcileReport } from "./run-report.ts";
import { divideTime } from "./run-time.ts";
import type { SourceName } from "./source.ts";
import { createSources } from "./sources.ts";
import { END, readProgress, saveProgress, type Pass } from "./watermark.ts";

export type { ReconcileReport } from "./run-report.ts";

export interface ReconcileDependencies extends SettleDependencies {
  stripe: Stripe;
  identity: ShopIdentity;
  bookkeeping: Bookkeeping;
  /** Knows the orders whose records could not be read or written: they are looked at again, too. */
  storageAlarm: Pick<StorageAlarm, "orders" | "forget">;
  /** For orders in a table: every run that finishes marks the table as the live one. */
  storage: Pick<Storage, "hasMovedToTable"> & { guard?: Pick<TableGuard, "mark"> };
}

/** Stripe keeps events for 30 days, so no list of changes goes back further. */
const LONGEST_LOOK_BACK_MS = 30 * 24 * 3_600_000;

/** A failure with less time left than this was a cut-off. */
const CUT_OFF_MS = 1_000;

/** How long marking the table may take beyond the run's own time. */
const MARK_WITHIN_MS = 2_500;

/**
 * Finds what webhooks missed and repairs it through the same `settleOrder`, so that mails and grants are the same. Two runs at
 * once do no harm. Every source gets its share of the time; what is left over goes to the sources that have more. A source that
 * fails does not stop the others. The next run resumes what this one cannot finish. `onChecked` is told of progress.
 * @throws when the notes cannot be read, or when another deployment has moved the orders to a table.
 */
export async function reconcile(
  deadline: Deadline,
  dependencies: ReconcileDependencies,
  onChecked: (report: ReconcileReport, source: SourceName) => void = () => undefined,
): Promise<ReconcileReport> {
  const { bookkeeping, storageAlarm, stripe, store, identity, now, log } = dependencies;
  const startedMs = now();
  const [isMoved, before, troubled, noted] = await Promise.all([
    hasMovedAway(dependencies.storage),
    readProgress(bookkeeping, startedMs),
    storageAlarm.orders().catch(() => []),
    readWaiting(bookkeeping).catch((error: unknown) => {
      log.warn("orders_waiting_not_read", { error: describeError(error) });
      return undefined;
    }),
  ]);
  if (isMoved) throw new Error(MOVED_AWAY);
  const waiting = noted ?? [];
  const isFirstRun = before === undefined;
  const time = divideTime(deadline, { noteMs: now() - startedMs, isFirstRun, now });
  // If this is the first run and it never finishes, health can tell since when. The end of the run needs the same notes, and fails too.
  const firstSeen = isFirstRun ? firstSeenMs(bookkeeping, startedMs).catch(() => undefined) : undefined;
  const lookedAtUntilMs = before?.lookedAtUntilMs ?? 0;
  const sinceMs = Math.max(lookedAtUntilMs, startedMs - LONGEST_LOOK_BACK_MS);
  const pass: Pass = before?.pass ?? { startedMs, hasUnfinished: false, reached: {} };
  const readsWholeWorklist = (pass.reached.open_orders ?? END) === END;
  const writer = createReport();
  const { report } = writer;
  const seen = new Set<string>();
  let hasFailed = false;

  const sources = createSources(stripe, store, [...new Set([...troubled, ...waiting])], identity);
  const listings = sources.map(({ name, list }): Listing => {
    const wasRead = pass.reached[name] === END;
    const part = wasRead ? { sinceMs: pass.startedMs } : { sinceMs, after: pass.reached[name] };
    return { name, wasRead, reading: readAhead(list(part, time.work)), lookedAt: 0 };
  });
  const { work, beginMs } = time;
  const looking = { ...time, pass, startedMs, writer, seen, onChecked, settling: dependencies };
  const lookThrough = createLookThrough(looking);
  const failed = new Set<Listing>();

  /** Resolves to true when the source has more and did not fail. */
  async function turn(listing: Listing, share: Deadline): Promise<boolean> {
    const { name, lookedAt: lookedAtBefore } = listing;
    try {
      return !(await lookThrough(listing, share));
    } catch (error) {
      failed.add(listing);
      // A request that was cut off by the end of the time is no failure, as long as the source makes progress.
      if (work.remainingMs() < CUT_OFF_MS && listing.lookedAt > 0) return false;
      hasFailed = true;
      // A useless place in Stripe's list must not fail every run to come.
      const mayPass = isPassing(classifyStripeError(error));
      if (lookedAtBefore === 0 && listing.lookedAt === 0 && !listing.wasRead && !mayPass)
        delete pass.reached[name];
      log.error("reconcile_source_failed", { source: name, error: describeError(error) });
      return false;
    }
  }

  function isDealtWith(orderId: OrderId): boolean {
    const isOpen = writer.has("flagged", orderId) || writer.has("unfinished", orderId);
    return seen.has(`reconciliation ${orderId}`) && !isOpen;
  }

  /** Comes before the marks move on: an order that no list will name again must not be forgotten. */
  async function noteWaiting(): Promise<readonly OrderId[]> {
    const { flagged } = report;
    const found = { flagged, isDealtWith };
    try {
      return await saveWaiting(bookkeeping, waiting, found);
    } catch (error) {
      pass.hasUnfinished = true;
      log.warn("orders_waiting_not_saved", { error: describeError(error) });
      return stillWaiting(waiting, found);
    }
  }

  function forgetTrouble(): Promise<void> {
    return storageAlarm.forget(troubled.filter(isDealtWith)).catch((error: unknown) => {
      log.warn("storage_trouble_not_forgotten", { error: describeError(error) });
    });
  }

  /** The table's mark is kept in Stripe as well, which may be slow when the table is not. */
  async function markTable(): Promise<void> {
    const { storage, schedule } = dependencies;
    const mark = storage.guard?.mark;
    if (mark === undefined) return;
    await withTimeout(deadline.remainingMs() + MARK_WITHIN_MS, schedule, mark).catch((error: unknown) => {
      log.warn("table_not_marked", { error: describeError(error) });
    });
  }

  const progress = (): number => listings.reduce((sum, { lookedAt }) => sum + lookedAt, 0);
  // Lists that earlier runs have read come last: Stripe's lists overlap by days.
  const inTurn = listings.toSorted((one, other) => Number(one.wasRead) - Number(other.wasRead));
  const unread = await goRound(inTurn, { work, beginMs, now, turn, progress });
  const isIncomplete = (listing: Listing): boolean => failed.has(listing) || unread.includes(listing);
  report.incomplete.push(...listings.filter(isIncomplete).map(({ name }) => name));

  if (report.unfinished.length > 0) pass.hasUnfinished = true;
  await firstSeen;
  const [waitingNow] = await Promise.all([noteWaiting(), forgetTrouble()]);
  // If not all could be noted, only a run that has seen the whole worklist can tell that no other order waits.
  const waitedBefore = before?.flagged ?? 0;
  const sawWorklist = readsWholeWorklist && !report.incomplete.includes("open_orders");
  const mayHaveMissed = noted === undefined || (waitedBefore > waiting.length && !sawWorklist);
  const flaggedAtLeast = mayHaveMissed ? waitedBefore : 0;
  const isThrough = sources.every(({ name }) => pass.reached[name] === END);
  // What could not be settled is looked for again: a fulfilled order whose subscription has moved is on no worklist.
  const reached = {
    lookedAtUntilMs: isThrough && !pass.hasUnfinished ? pass.startedMs : lookedAtUntilMs,
    finishedMs: hasFailed ? (before?.finishedMs ?? 0) : now(),
    flagged: Math.max(flaggedAtLeast, waitingNow.length),
    pass: isThrough ? undefined : pass,
  };
  await saveProgress(bookkeeping, reached, now());
  await markTable();
  return report;
}
