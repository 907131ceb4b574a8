import type { Deadline } from "../retry/deadline.ts";
import { awaitsOwner, isDue, owesAnything, owesSteps, waitsWhilePaused } from "./control-record.ts";
import type { CheckoutFacts } from "./facts.ts";
import { holdLease, type HeldLease } from "./held-lease.ts";
import { releaseLease } from "./lease.ts";
import type { OrderId, OrderSnapshot } from "./order.ts";
import { runPending } from "./run-pending.ts";
import type { SettleDependencies } from "./settle-dependencies.ts";
import type { SettleTrigger } from "./settle-trigger.ts";
import { syncWithStripe } from "./sync-with-stripe.ts";
import { UnreadableRecordError } from "./unreadable-record-error.ts";
import type { Transition } from "./transitions.ts";
import type { ControlDraft } from "./update-control.ts";

export type SettleOutcome =
  /** Every step is done, now or before, and all notifications are delivered. */
  | { kind: "fulfilled" }
  /** The buyer has finished, the payment has not (bank debits take days). Recorded; nothing to do yet. */
  | { kind: "awaiting_payment" }
  /** Paid, but its subscription was paused before delivery. Recorded; its steps run when the subscription resumes. */
  | { kind: "paused" }
  | { kind: "payment_failed" }
  /** A person must look at it. Recorded and reported; a retry would not help. */
  | { kind: "needs_attention" }
  /** Checkout is not finished, or was abandoned: there is no order, and nothing was written. */
  | { kind: "no_order_yet"; facts: CheckoutFacts; transition: Extract<Transition, "abandoned"> | undefined }
  /** Not a session of this shop. */
  | { kind: "not_ours"; wasRedacted?: true }
  /** Stripe knows no such session. */
  | { kind: "not_found" }
  /** Another run holds the order. */
  | { kind: "busy" }
  /** Something is still owed: it failed, or time ran out. Recorded; another trigger resumes it. */
  | { kind: "unfinished"; reason: "step_failed" | "news_failed" | "out_of_time" };

/**
 * Makes an order agree with Stripe and runs what it still owes. The only way an order ever advances: webhook, success
 * page, reconciliation and owner all call it, as often and as concurrently as they like.
 *
 * @throws when Stripe or the store cannot be reached. Nothing is lost: call it again.
 */
export async function settleOrder(
  orderId: OrderId,
  trigger: SettleTrigger,
  deadline: Deadline,
  dependencies: SettleDependencies,
): Promise<SettleOutcome> {
  try {
    return await settleReadable(orderId, trigger, deadline, dependencies);
  } catch (error) {
    // Another try cannot repair the record. The owner has been told, so Stripe need not retry.
    if (error instanceof UnreadableRecordError && error.isNoted) return { kind: "needs_attention" };
    throw error;
  }
}

async function settleReadable(
  orderId: OrderId,
  trigger: SettleTrigger,
  deadline: Deadline,
  dependencies: SettleDependencies,
): Promise<SettleOutcome> {
  const owner = dependencies.randomId();
  const { truth, stored } = await syncWithStripe(orderId, trigger, owner, deadline, dependencies);
  if (truth.kind !== "session") return truth;
  if (stored === undefined) return withoutOrder(truth.facts);
  if (stored.control.lease?.owner !== owner) return notLeased(stored.control, trigger, dependencies.now());

  const lease = holdLease(orderId, owner, stored, dependencies);
  const order = await readLeased(orderId, truth.facts.snapshot, lease, dependencies);
  const leased = { order, dates: truth.facts.dates, control: stored.control, lease };
  const end = await runPending(leased, trigger, deadline, dependencies);
  return end.kind === "ended" ? settledOutcome(end.control) : end;
}

function withoutOrder(facts: CheckoutFacts): SettleOutcome {
  return { kind: "no_order_yet", facts, transition: facts.status === "expired" ? "abandoned" : undefined };
}

/** If the order cannot be read, the next run should not have to wait until the lease expires. */
async function readLeased(
  orderId: OrderId,
  snapshot: OrderSnapshot,
  lease: HeldLease,
  { store }: SettleDependencies,
): Promise<OrderSnapshot> {
  try {
    const order = await store.readSnapshot(orderId, snapshot);
    if (order === undefined) throw new Error(`Order ${orderId} has no snapshot.`);
    return order;
  } catch (error) {
    await lease.write(releaseLease).catch(() => undefined);
    throw error;
  }
}

/** Another run holds the order, or what it owes is not due yet, or it owes nothing. */
function notLeased(control: ControlDraft, trigger: SettleTrigger, nowMs: number): SettleOutcome {
  const askedByOwner = trigger === "owner";
  if (!owesAnything(control, askedByOwner)) return settledOutcome(control);
  const isHeld = control.lease !== undefined && control.lease.untilMs > nowMs;
  if (isHeld || isDue(control, askedByOwner, nowMs)) return { kind: "busy" };
  return { kind: "unfinished", reason: owesSteps(control, askedByOwner) ? "step_failed" : "news_failed" };
}

function settledOutcome(control: ControlDraft): SettleOutcome {
  if (waitsWhilePaused(control)) return { kind: "paused" };
  if (control.state === "paid") return { kind: "busy" };
  return { kind: awaitsOwner(control) ? "needs_attention" : control.state };
}
