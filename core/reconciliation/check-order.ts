import { describeError } from "../log/log.ts";
import { awaitsOwner, isTerminal, owesAnything, sameMirror } from "../orders/control-record.ts";
import { justRead } from "../orders/just-read.ts";
import type { Deadline } from "../retry/deadline.ts";
import type { ControlRecord, OrderId } from "../orders/order.ts";
import type { StoredControl } from "../orders/order-store.ts";
import { settleOrder, type SettleOutcome } from "../orders/settle-order.ts";
import type { SettleDependencies } from "../orders/settle-dependencies.ts";
import { UnreadableRecordError } from "../orders/unreadable-record-error.ts";
import type { Candidate } from "./source.ts";

/** The result of a look at one order: the list of the report that names it. No list names an order that is as it should be. */
export type Finding = "repaired" | "unfinished" | "flagged";

/** Records that were requested ahead of a look; each serves one look. */
export type Records = Map<OrderId, Promise<StoredControl | undefined>>;

/** Begins to read the records of several orders. Most of them turn out to be done, and reading takes most of the time. */
export function readTogether(orderIds: readonly OrderId[], { store }: SettleDependencies): Records {
  const records: Records = new Map();
  for (const orderId of orderIds) {
    if (records.has(orderId)) continue;
    const reading = store.readControl(orderId);
    // The look that awaits it gets the error. If there is none, the error must not go unhandled.
    reading.catch(() => undefined);
    records.set(orderId, reading);
  }
  return records;
}

/** Settles an order unless its record already agrees with the list. Never throws: what fails here is unfinished. */
export async function checkOrder(
  { orderId, trigger, refundedMinor, subscription }: Candidate,
  records: Records,
  deadline: Deadline,
  dependencies: SettleDependencies,
): Promise<readonly Finding[]> {
  const { store, now, log } = dependencies;
  const findings: Finding[] = [];
  try {
    const before = await (records.get(orderId) ?? store.readControl(orderId));
    // Another look at it, for another reason, has to see what this one has changed.
    records.delete(orderId);
    if (before !== undefined) {
      const { mirror, nextTryMs } = before.control;
      const owes = owesAnything(before.control, false);
      if (awaitsOwner(before.control)) findings.push("flagged");
      const isOnlyListed = trigger === "reconciliation" || trigger === "checkout";
      if (isOnlyListed && isTerminal(before.control) && !owes) return findings;
      if (trigger === "reconciliation" && (nextTryMs ?? 0) > now()) return findings;
      if (refundedMinor !== undefined && refundedMinor === mirror.refundedMinor && !owes) return findings;
      if (subscription !== undefined && subscription === mirror.subscription && !owes) return findings;
    }
    const outcome = await settleOrder(orderId, trigger, deadline, justRead(orderId, before, dependencies));
    if (outcome.kind === "busy" || outcome.kind === "unfinished") findings.push("unfinished");
    else if (outcome.kind === "needs_attention") {
      findings.push("flagged");
    } else if (
      isFulfilledNow(before?.control, outcome) ||
      hasChanged(before?.control, (await store.readControl(orderId))?.control)
    ) {
      findings.push("repaired");
    }
  } catch (error) {
    findings.push(error instanceof UnreadableRecordError ? "flagged" : "unfinished");
    log.warn("reconcile_failed", { orderId, error: describeError(error) });
  }
  return findings;
}

/** For most orders the outcome already says that they have moved, so they need not be read again. */
function isFulfilledNow(before: ControlRecord | undefined, { kind }: SettleOutcome): boolean {
  if (kind !== "fulfilled") return false;
  return before === undefined || before.state !== "fulfilled" || owesAnything(before, false);
}

function hasChanged(before: ControlRecord | undefined, after: ControlRecord | undefined): boolean {
  if (before === undefined || after === undefined) return after !== undefined;
  const wasBehind = owesAnything(before, false) && !owesAnything(after, false);
  return wasBehind || before.state !== after.state || !sameMirror(before.mirror, after.mirror);
}
