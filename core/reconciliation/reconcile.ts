import { describeError } from "../log.ts";
import { isTerminal } from "../orders/control-record.ts";
import type { Deadline } from "../orders/deadline.ts";
import type { OrderId } from "../orders/order.ts";
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
  repaired: readonly OrderId[];
  /** Those that still are not: a step failed again, somebody else was at it, Stripe or the store could not be reached. */
  unfinished: readonly OrderId[];
  /** False when time ran out; the next run starts where this one started. */
  complete: boolean;
}

/** A shop that was never reconciled looks back this far; Stripe keeps events for 30 days. */
const FIRST_LOOK_BACK_MS = 30 * 24 * 3_600_000;

/** Kept back from a run's time: enough for one more order to be settled or released, and for the report. */
const RESERVE_MS = 3_000;

/**
 * Finds what webhooks missed and repairs it through the same `settleOrder`, so that mails and grants are the same. Two runs at
 * once do no harm. `onChecked` is told of progress.
 * @throws when Stripe's lists or the store cannot be read; what was repaired until then stays repaired.
 */
export async function reconcile(
  deadline: Deadline,
  dependencies: ReconcileDependencies,
  onChecked: (report: Pick<ReconcileReport, "checked" | "repaired">, source: Source["name"]) => void = () =>
    undefined,
): Promise<ReconcileReport> {
  const { bookkeeping, stripe, store, now } = dependencies;
  const startedMs = now();
  const sinceMs = (await readProgress(bookkeeping))?.lookedAtUntilMs ?? startedMs - FIRST_LOOK_BACK_MS;
  const seen = new Set<string>();
  const repaired: OrderId[] = [];
  const unfinished: OrderId[] = [];
  let complete = true;

  for (const source of createSources(stripe, store)) {
    for await (const candidate of source.candidates(sinceMs, deadline)) {
      if (deadline.remainingMs() < RESERVE_MS) {
        complete = false;
        break;
      }
      const key = `${candidate.trigger} ${candidate.orderId}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const result = await repair(candidate, deadline, dependencies);
      if (result === "repaired") repaired.push(candidate.orderId);
      if (result === "unfinished") unfinished.push(candidate.orderId);
      onChecked({ checked: seen.size, repaired }, source.name);
    }
  }

  // What could not be finished is found again: it stands in the worklist, or has no record yet and is looked for again.
  const lookedAtUntilMs = complete && unfinished.length === 0 ? startedMs : sinceMs;
  await saveProgress(bookkeeping, { lookedAtUntilMs, finishedMs: now() });
  return { checked: seen.size, repaired, unfinished, complete };
}

async function repair(
  { orderId, trigger }: Candidate,
  deadline: Deadline,
  dependencies: ReconcileDependencies,
): Promise<"fine" | "repaired" | "unfinished"> {
  const { store, now, log } = dependencies;
  try {
    const before = await store.readControl(orderId);
    if (before !== undefined && trigger === "reconciliation") {
      const { control } = before;
      if (isTerminal(control) || (control.nextTryMs ?? 0) > now()) return "fine";
    }
    const outcome = await settleOrder(orderId, trigger, deadline, dependencies);
    if (outcome.kind === "busy" || outcome.kind === "unfinished") return "unfinished";
    if (outcome.kind === "not_ours" || outcome.kind === "not_found" || outcome.kind === "no_order_yet")
      return "fine";
    const after = await store.readControl(orderId);
    return before?.version === after?.version ? "fine" : "repaired";
  } catch (error) {
    log.warn("reconcile_failed", { orderId, error: describeError(error) });
    return "unfinished";
  }
}
