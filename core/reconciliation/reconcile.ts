import { describeError } from "../log.ts";
import { createDeadline, type Deadline } from "../orders/deadline.ts";
import type { OrderId } from "../orders/order.ts";
import type { SettleDependencies } from "../orders/settle-order.ts";
import type { StorageAlarm } from "../stores/storage-alarm.ts";
import type { Engine } from "../stores/engine.ts";
import type { TableGuard } from "../stores/table-guard.ts";
import type { Bookkeeping } from "./bookkeeping.ts";
import { checkOrder, readTogether } from "./check-order.ts";
import { firstSeenMs } from "./heartbeat.ts";
import { hasMovedAway, MOVED_AWAY } from "./moved-away.ts";
import { createSources, type Candidate, type Listed, type Source, type SourceName } from "./sources.ts";
import { readWaiting, saveWaiting, stillWaiting } from "./waiting-orders.ts";
import { END, readProgress, saveProgress, type Pass } from "./watermark.ts";

export interface ReconcileDependencies extends SettleDependencies {
  bookkeeping: Bookkeeping;
  /** Knows orders whose records could not be read or written: they are looked at again, too. */
  storageAlarm: Pick<StorageAlarm, "orders" | "forget">;
  /** Where orders are in a table: every run that comes to its end marks it as the living one. */
  engine: Pick<Engine, "hasMovedToTable"> & { guard?: Pick<TableGuard, "mark"> };
}

export interface ReconcileReport {
  /** Orders that were looked at. */
  checked: number;
  /** Those of them that were not as they should be, and are now. */
  repaired: OrderId[];
  /** Those that still are not: a step failed again, somebody else was at it, Stripe or the store could not be reached. */
  unfinished: OrderId[];
  /** Those that wait for their owner: `npm run settle -- cs_…` tries one again. */
  flagged: OrderId[];
  /** Lists that could not be read to their end. Out of time: the next run goes on there. An error: the log names it. */
  incomplete: SourceName[];
}

/** Stripe keeps events for 30 days, so no list of changes is asked for more. */
const LONGEST_LOOK_BACK_MS = 30 * 24 * 3_600_000;

/** Kept back from a source's time: enough for one more order to be settled or released. */
const RESERVE_MS = 1_000;

/** Records that are read at once. Stripe, where they may live, allows 25 requests a second. */
const BATCH = 10;

/**
 * Finds what webhooks missed and repairs it through the same `settleOrder`, so that mails and grants are the same. Two runs at
 * once do no harm. Every source gets its share of the time, and one that fails does not stop the others; what one run does not
 * manage the next one goes on with. `onChecked` is told of progress.
 * @throws when the notes cannot be read, and where another deployment has moved the orders to a table.
 */
export async function reconcile(
  deadline: Deadline,
  dependencies: ReconcileDependencies,
  onChecked: (report: ReconcileReport, source: SourceName) => void = () => undefined,
): Promise<ReconcileReport> {
  const { bookkeeping, storageAlarm, stripe, store, identity, now, log } = dependencies;
  const startedMs = now();
  const [isMoved, before, troubled, noted] = await Promise.all([
    hasMovedAway(dependencies.engine),
    readProgress(bookkeeping, startedMs),
    storageAlarm.orders().catch(() => []),
    readWaiting(bookkeeping).catch((error: unknown) => {
      log.warn("orders_waiting_not_read", { error: describeError(error) });
      return undefined;
    }),
  ]);
  if (isMoved) throw new Error(MOVED_AWAY);
  const waiting = noted ?? [];
  // Should this be the first run and never come to its end, health can tell since when. Its end needs the same notes, and fails too.
  if (before === undefined) await firstSeenMs(bookkeeping, startedMs).catch(() => undefined);
  const lookedAtUntilMs = before?.lookedAtUntilMs ?? 0;
  const sinceMs = Math.max(lookedAtUntilMs, startedMs - LONGEST_LOOK_BACK_MS);
  const pass: Pass = before?.pass ?? { startedMs, hasUnfinished: false, reached: {} };
  const openBefore = pass.reached.open_orders;
  const report: ReconcileReport = { checked: 0, repaired: [], unfinished: [], flagged: [], incomplete: [] };
  const seen = new Set<string>();
  let hasFailed = false;

  /** Resolves to false when time ran out before the end. */
  async function lookThrough(source: Source, share: Deadline): Promise<boolean> {
    const { name } = source;
    const wasRead = pass.reached[name] === END;
    const listed = source.list(
      wasRead ? { sinceMs: pass.startedMs } : { sinceMs, after: pass.reached[name] },
      share,
    );
    for await (const batch of inBatches(listed, share)) {
      const records = readTogether(batch, dependencies);
      for (const { cursor, candidates } of batch) {
        if (share.remainingMs() < RESERVE_MS) return false;
        for (const candidate of candidates) {
          const key = `${subjectOf(candidate, name)} ${candidate.orderId}`;
          if (seen.has(key)) continue;
          seen.add(key);
          const findings = await checkOrder(candidate, records, deadline, dependencies);
          report.checked += 1;
          for (const finding of findings) note(report[finding], candidate.orderId);
          onChecked(report, name);
        }
        if (!wasRead) pass.reached[name] = cursor;
      }
    }
    pass.reached[name] = END;
    return true;
  }

  function isDealtWith(orderId: OrderId): boolean {
    const { flagged, unfinished } = report;
    return (
      seen.has(`reconciliation ${orderId}`) && !flagged.includes(orderId) && !unfinished.includes(orderId)
    );
  }

  /** Before the marks move on: an order that no list will name again must not be forgotten. */
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

  const sources = createSources(stripe, store, [...new Set([...troubled, ...waiting])], identity);
  for (const [index, source] of sources.entries()) {
    const { name } = source;
    const reachedBefore = pass.reached[name];
    const share = createDeadline(now, deadline.remainingMs() / (sources.length - index));
    try {
      if (!(await lookThrough(source, share))) report.incomplete.push(name);
    } catch (error) {
      report.incomplete.push(name);
      // A question to Stripe that the end of the time has cut off is no failure, as long as the source gets on.
      if (share.remainingMs() < RESERVE_MS && pass.reached[name] !== reachedBefore) continue;
      hasFailed = true;
      // A place in Stripe's list that is good for nothing must not fail every run to come.
      if (pass.reached[name] === reachedBefore && reachedBefore !== END) delete pass.reached[name];
      log.error("reconcile_source_failed", { source: name, error: describeError(error) });
    }
  }

  if (report.unfinished.length > 0) pass.hasUnfinished = true;
  const waitingNow = await noteWaiting();
  await storageAlarm.forget(troubled.filter(isDealtWith)).catch((error: unknown) => {
    log.warn("storage_trouble_not_forgotten", { error: describeError(error) });
  });
  // Where not all could be noted, only who has looked at the whole worklist can tell that nobody else waits.
  const waitedBefore = before?.flagged ?? 0;
  const sawWorklist = !report.incomplete.includes("open_orders") && (openBefore ?? END) === END;
  const mayHaveMissed = noted === undefined || (waitedBefore > waiting.length && !sawWorklist);
  const flaggedAtLeast = mayHaveMissed ? waitedBefore : 0;
  const isThrough = sources.every(({ name }) => pass.reached[name] === END);
  // What could not be settled is looked for again: a fulfilled order whose subscription has moved stands on no worklist.
  const reached = {
    lookedAtUntilMs: isThrough && !pass.hasUnfinished ? pass.startedMs : lookedAtUntilMs,
    finishedMs: hasFailed ? (before?.finishedMs ?? 0) : now(),
    flagged: Math.max(flaggedAtLeast, waitingNow.length),
    pass: isThrough ? undefined : pass,
  };
  await saveProgress(bookkeeping, reached, now());
  await dependencies.engine.guard?.mark().catch((error: unknown) => {
    log.warn("table_not_marked", { error: describeError(error) });
  });
  return report;
}

/**
 * A batch is closed early when it has taken half of the time that was left: finding the orders of one event may take several calls,
 * and what was found has to be looked at, too.
 */
async function* inBatches(listed: AsyncIterable<Listed>, share: Deadline): AsyncIterable<Listed[]> {
  let batch: Listed[] = [];
  let closeAtMs = share.remainingMs() / 2;
  for await (const one of listed) {
    batch.push(one);
    if (batch.length < BATCH && share.remainingMs() > closeAtMs) continue;
    yield batch;
    batch = [];
    closeAtMs = share.remainingMs() / 2;
  }
  if (batch.length > 0) yield batch;
}

/** What two entries about one order must have in common for the second to say nothing new. */
function subjectOf({ trigger, refundedMinor, subscription }: Candidate, source: SourceName): string {
  // Should an order have two charges, each says how much of it was given back.
  if (refundedMinor !== undefined) return `refund of ${refundedMinor}`;
  // Of all that one list says of a subscription's status the newest comes first and counts. Another list may know better: what was
  // not delivered can be older than what was.
  return subscription === undefined ? trigger : `status in ${source}`;
}

/** Two sources may have found the same order. */
function note(list: OrderId[], orderId: OrderId): void {
  if (!list.includes(orderId)) list.push(orderId);
}
