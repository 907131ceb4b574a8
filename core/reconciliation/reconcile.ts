import { describeError } from "../log.ts";
import { isTerminal, sameMirror } from "../orders/control-record.ts";
import { createDeadline, type Deadline } from "../orders/deadline.ts";
import type { ControlRecord, OrderId } from "../orders/order.ts";
import { settleOrder, type SettleDependencies } from "../orders/settle-order.ts";
import type { Bookkeeping } from "./bookkeeping.ts";
import { createSources, type Candidate, type Source } from "./sources.ts";
import { readProgress, saveProgress } from "./watermark.ts";

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
  /** Lists that could not be read to their end: out of time, or an error that the log names. */
  incomplete: Source["name"][];
}

/** Stripe keeps events for 30 days, so nobody looks back further. */
const LONGEST_LOOK_BACK_MS = 30 * 24 * 3_600_000;

/** Kept back from a source's time: enough for one more order to be settled or released. */
const RESERVE_MS = 1_000;

/**
 * Finds what webhooks missed and repairs it through the same `settleOrder`, so that mails and grants are the same. Two runs at
 * once do no harm. Every source gets its share of the time, and one that fails does not stop the others. `onChecked` is told of
 * progress.
 */
export async function reconcile(
  deadline: Deadline,
  dependencies: ReconcileDependencies,
  onChecked: (report: ReconcileReport, source: Source["name"]) => void = () => undefined,
): Promise<ReconcileReport> {
  const { bookkeeping, stripe, store, shopId, now, log } = dependencies;
  const startedMs = now();
  const lookedAtUntilMs = (await readProgress(bookkeeping))?.lookedAtUntilMs ?? 0;
  const sinceMs = Math.max(lookedAtUntilMs, startedMs - LONGEST_LOOK_BACK_MS);
  const report: ReconcileReport = { checked: 0, repaired: [], unfinished: [], flagged: [], incomplete: [] };
  const seen = new Set<string>();

  const sources = createSources(stripe, store, shopId);
  for (const [index, source] of sources.entries()) {
    const share = createDeadline(now, deadline.remainingMs() / (sources.length - index));
    try {
      for await (const candidate of source.candidates(sinceMs, share)) {
        if (share.remainingMs() < RESERVE_MS) {
          report.incomplete.push(source.name);
          break;
        }
        const key = `${candidate.trigger} ${candidate.orderId}`;
        if (seen.has(key)) continue;
        seen.add(key);
        await check(candidate, deadline, dependencies, report);
        onChecked(report, source.name);
      }
    } catch (error) {
      report.incomplete.push(source.name);
      log.error("reconcile_source_failed", { source: source.name, error: describeError(error) });
    }
  }

  // The heartbeat of a run that came to its end. What it could not finish is looked for again: an order that is fulfilled, and
  // whose subscription has moved, stands on no worklist.
  if (report.incomplete.length === 0) {
    await saveProgress(bookkeeping, {
      lookedAtUntilMs: report.unfinished.length === 0 ? startedMs : lookedAtUntilMs,
      finishedMs: now(),
      flagged: report.flagged.length,
    });
  }
  return report;
}

async function check(
  { orderId, trigger, refundedMinor }: Candidate,
  deadline: Deadline,
  dependencies: ReconcileDependencies,
  report: ReconcileReport,
): Promise<void> {
  const { store, now, log } = dependencies;
  report.checked += 1;
  try {
    const before = await store.readControl(orderId);
    if (before !== undefined) {
      const { state, mirror, nextTryMs } = before.control;
      if (trigger === "reconciliation" && state === "needs_attention") report.flagged.push(orderId);
      if (trigger === "reconciliation" && (isTerminal(before.control) || (nextTryMs ?? 0) > now())) return;
      if (refundedMinor !== undefined && refundedMinor === mirror.refundedMinor) return;
    }
    const outcome = await settleOrder(orderId, trigger, deadline, dependencies);
    if (outcome.kind === "busy" || outcome.kind === "unfinished") report.unfinished.push(orderId);
    else if (outcome.kind === "needs_attention") report.flagged.push(orderId);
    else if (hasChanged(before?.control, (await store.readControl(orderId))?.control))
      report.repaired.push(orderId);
  } catch (error) {
    report.unfinished.push(orderId);
    log.warn("reconcile_failed", { orderId, error: describeError(error) });
  }
}

function hasChanged(before: ControlRecord | undefined, after: ControlRecord | undefined): boolean {
  if (before === undefined || after === undefined) return after !== undefined;
  return before.state !== after.state || !sameMirror(before.mirror, after.mirror);
}
