import { describeError } from "../log.ts";
import { awaitsOwner, isTerminal, owesAnything, sameMirror } from "../orders/control-record.ts";
import { createDeadline, type Deadline } from "../orders/deadline.ts";
import type { ControlRecord, OrderId } from "../orders/order.ts";
import type { StoredControl } from "../orders/order-store.ts";
import { settleOrder, type SettleDependencies } from "../orders/settle-order.ts";
import type { Bookkeeping } from "./bookkeeping.ts";
import { firstSeenMs } from "./heartbeat.ts";
import { createSources, type Candidate, type Listed, type Source, type SourceName } from "./sources.ts";
import { readWaiting, saveWaiting, stillWaiting } from "./waiting-orders.ts";
import { END, readProgress, saveProgress, type Pass } from "./watermark.ts";

export interface ReconcileDependencies extends SettleDependencies {
  bookkeeping: Bookkeeping;
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

/** Stripe keeps events for 30 days, so nobody looks back further. */
const LONGEST_LOOK_BACK_MS = 30 * 24 * 3_600_000;

/** Kept back from a source's time: enough for one more order to be settled or released. */
const RESERVE_MS = 1_000;

/** Records that are read at once. Stripe, where they may live, allows 25 requests a second. */
const BATCH = 10;

/**
 * Finds what webhooks missed and repairs it through the same `settleOrder`, so that mails and grants are the same. Two runs at
 * once do no harm. Every source gets its share of the time, and one that fails does not stop the others; what one run does not
 * manage the next one goes on with. `onChecked` is told of progress.
 */
export async function reconcile(
  deadline: Deadline,
  dependencies: ReconcileDependencies,
  onChecked: (report: ReconcileReport, source: SourceName) => void = () => undefined,
): Promise<ReconcileReport> {
  const { bookkeeping, stripe, store, shopId, now, log } = dependencies;
  const startedMs = now();
  const [before, noted] = await Promise.all([
    readProgress(bookkeeping, startedMs),
    readWaiting(bookkeeping).catch((error: unknown) => {
      log.warn("orders_waiting_not_read", { error: describeError(error) });
      return undefined;
    }),
  ]);
  const waiting = noted ?? [];
  // Should this be the first run and never come to its end, health can tell since when.
  if (before === undefined) await firstSeenMs(bookkeeping, startedMs);
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
          // Of all that one list says of a subscription's status the newest comes first and counts. Another list may know better:
          // what was not delivered can be older than what was.
          const about = candidate.subscription === undefined ? candidate.trigger : `status in ${name}`;
          const key = `${about} ${candidate.orderId}`;
          if (seen.has(key)) continue;
          seen.add(key);
          await check(candidate, records, deadline, dependencies, report);
          onChecked(report, name);
        }
        if (!wasRead) pass.reached[name] = cursor;
      }
    }
    pass.reached[name] = END;
    return true;
  }

  /** Before the marks move on: an order that no list will name again must not be forgotten. */
  async function noteWaiting(): Promise<readonly OrderId[]> {
    const { flagged, unfinished } = report;
    const isDealtWith = (orderId: OrderId): boolean =>
      seen.has(`reconciliation ${orderId}`) && !flagged.includes(orderId) && !unfinished.includes(orderId);
    const found = { flagged, isDealtWith };
    try {
      return await saveWaiting(bookkeeping, waiting, found);
    } catch (error) {
      pass.hasUnfinished = true;
      log.warn("orders_waiting_not_saved", { error: describeError(error) });
      return stillWaiting(waiting, found);
    }
  }

  const sources = createSources(stripe, store, waiting, shopId);
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

type Records = ReadonlyMap<OrderId, Promise<StoredControl | undefined>>;

/** Begins to read the records of all orders in a batch. Most of them turn out to be done, and reading is what takes the time. */
function readTogether(batch: readonly Listed[], { store }: ReconcileDependencies): Records {
  const records = new Map<OrderId, Promise<StoredControl | undefined>>();
  for (const { orderId } of batch.flatMap(({ candidates }) => candidates)) {
    if (records.has(orderId)) continue;
    const reading = store.readControl(orderId);
    // Whoever waits for it gets the error; that nobody comes to wait is no accident of its own.
    reading.catch(() => undefined);
    records.set(orderId, reading);
  }
  return records;
}

async function check(
  { orderId, trigger, refundedMinor, subscription }: Candidate,
  records: Records,
  deadline: Deadline,
  dependencies: ReconcileDependencies,
  report: ReconcileReport,
): Promise<void> {
  const { store, now, log } = dependencies;
  // Two sources may have found it.
  const note = (list: OrderId[]): void => {
    if (!list.includes(orderId)) list.push(orderId);
  };
  report.checked += 1;
  try {
    const before = await records.get(orderId);
    if (before !== undefined) {
      const { mirror, nextTryMs } = before.control;
      const owes = owesAnything(before.control, false);
      if (awaitsOwner(before.control)) note(report.flagged);
      if (trigger === "reconciliation" && isTerminal(before.control) && !owes) return;
      if (trigger === "reconciliation" && (nextTryMs ?? 0) > now()) return;
      if (refundedMinor !== undefined && refundedMinor === mirror.refundedMinor && !owes) return;
      if (subscription !== undefined && subscription === mirror.subscription && !owes) return;
    }
    const outcome = await settleOrder(orderId, trigger, deadline, dependencies);
    if (outcome.kind === "busy" || outcome.kind === "unfinished") note(report.unfinished);
    else if (outcome.kind === "needs_attention") {
      note(report.flagged);
    } else if (hasChanged(before?.control, (await store.readControl(orderId))?.control)) {
      note(report.repaired);
    }
  } catch (error) {
    note(report.unfinished);
    log.warn("reconcile_failed", { orderId, error: describeError(error) });
  }
}

function hasChanged(before: ControlRecord | undefined, after: ControlRecord | undefined): boolean {
  if (before === undefined || after === undefined) return after !== undefined;
  const wasBehind = owesAnything(before, false) && !owesAnything(after, false);
  return wasBehind || before.state !== after.state || !sameMirror(before.mirror, after.mirror);
}
