import type { FulfillmentStep } from "../fulfillment/step.ts";
import { PermanentStepError } from "../fulfillment/step.ts";
import { describeError, type Log } from "../log.ts";
import { agreeWithStripe, type AgreeDependencies } from "./agree-with-stripe.ts";
import type { CheckoutFacts } from "./checkout-facts.ts";
import {
  attemptsOf,
  beginStep,
  failStep,
  finishStep,
  flagForAttention,
  fulfill,
  isFinished,
  isRevoked,
  MAX_STEP_ATTEMPTS,
  releaseLease,
  skipStep,
} from "./control-record.ts";
import type { Deadline } from "./deadline.ts";
import { holdLease, type HeldLease } from "./held-lease.ts";
import type { ControlRecord, OrderId, OrderSnapshot } from "./order.ts";
import type { StoredControl } from "./order-store.ts";
import type { ControlDraft } from "./update-control.ts";
import { withTimeout } from "./with-timeout.ts";

/** What made us look at an order. It is a hint only: what is true is asked of Stripe. */
export type SettleTrigger =
  | "checkout"
  | "refund"
  | "dispute"
  | "subscription"
  | "success_page"
  | "reconciliation"
  | "owner";

export interface SettleDependencies extends AgreeDependencies {
  /** In the order in which they run. */
  steps: readonly FulfillmentStep[];
  log: Log;
}

export type SettleOutcome =
  /** Every step is done, now or before. */
  | { kind: "fulfilled" }
  /** The buyer is done, the payment method is not (bank debits take days). Recorded; nothing to do yet. */
  | { kind: "awaiting_payment" }
  | { kind: "payment_failed" }
  | { kind: "expired" }
  /** A person must look at it. Recorded and reported; trying again by itself would not help. */
  | { kind: "needs_attention" }
  /** Checkout is not finished (or was abandoned): there is no order, and nothing was written. */
  | { kind: "no_order_yet"; facts: CheckoutFacts }
  /** Not a session of this shop. */
  | { kind: "not_ours" }
  /** Stripe knows no such session. */
  | { kind: "not_found" }
  /** Somebody else is at it. */
  | { kind: "busy" }
  /** Some step is still owed: it failed, or time ran out. Recorded; another trigger goes on. */
  | { kind: "unfinished"; reason: "step_failed" | "out_of_time" };

/** Not begun with less time than this: too little for the effect and the two writes around it. */
const SHORTEST_STEP_MS = 1_500;

/** Kept back from a step's time, so that its result can still be written. */
const WRITE_RESERVE_MS = 1_000;

/**
 * Makes an order agree with Stripe and runs the steps it still owes. The only way an order ever advances: webhook, success
 * page, reconciliation and owner all call it, as often and as concurrently as they like.
 *
 * `justRead` saves the first read for a caller that knows the record already.
 * @throws when Stripe or the store cannot be reached. Nothing is lost by that: call it again.
 */
export async function settleOrder(
  orderId: OrderId,
  trigger: SettleTrigger,
  deadline: Deadline,
  dependencies: SettleDependencies,
  justRead?: { stored: StoredControl | undefined },
): Promise<SettleOutcome> {
  const owner = dependencies.randomId();
  const { truth, stored } = await agreeWithStripe(orderId, trigger, owner, deadline, dependencies, justRead);
  if (truth.kind !== "session") return truth;
  if (stored === undefined) return { kind: "no_order_yet", facts: truth.facts };
  if (stored.control.lease?.owner !== owner) return settledOutcome(stored.control);

  const lease = holdLease(orderId, owner, stored, dependencies);
  try {
    const order = await dependencies.store.readSnapshot(orderId, truth.facts.snapshot);
    if (order === undefined) throw new Error(`Order ${orderId} has no snapshot.`);
    return await runSteps(order, stored.control, trigger, lease, deadline, dependencies);
  } catch (error) {
    // Nobody should have to wait for the lease to end; if even this fails, they will.
    await lease.write(releaseLease).catch(() => undefined);
    throw error;
  }
}

/** Every step that is still owed, then the end. A write that is refused means that the lease went to somebody else. */
async function runSteps(
  order: OrderSnapshot,
  leased: ControlRecord,
  trigger: SettleTrigger,
  lease: HeldLease,
  deadline: Deadline,
  dependencies: SettleDependencies,
): Promise<SettleOutcome> {
  const { steps, now, schedule, log } = dependencies;
  const leaseEndMs = leased.lease?.untilMs ?? now();
  const timeLeftMs = (): number => Math.min(deadline.remainingMs(), leaseEndMs - now());
  let control: ControlRecord | undefined = leased;

  for (const step of steps) {
    if (isFinished(control.steps[step.name])) continue;

    // A refund may be recorded, or fail, at this very moment: what is written is decided inside the write, here and below.
    if (isToBeSkipped(control, step)) {
      control = await lease.write((current) =>
        isToBeSkipped(current, step) ? skipStep(current, step.name) : current,
      );
      if (control === undefined) return { kind: "busy" };
      if (isFinished(control.steps[step.name])) continue;
    }
    // The owner, who has mended what was broken, gets another try.
    if (attemptsOf(control, step.name) >= MAX_STEP_ATTEMPTS && trigger !== "owner") {
      return giveUp(step, "tried too often", order, lease, log);
    }
    if (timeLeftMs() < SHORTEST_STEP_MS) return stop();

    control = await lease.write((current) =>
      isToBeSkipped(current, step) ? skipStep(current, step.name) : beginStep(current, step.name),
    );
    if (control === undefined) return { kind: "busy" };
    if (isFinished(control.steps[step.name])) continue;
    // That write may have taken long; nothing begins on a lease that is running out.
    const stepMs = timeLeftMs() - WRITE_RESERVE_MS;
    if (stepMs <= 0) return stop();
    const number = attemptsOf(control, step.name);
    const idempotencyKey = `${step.name}/${order.orderId}`;
    let result: "done" | "skipped";
    try {
      result = await withTimeout(stepMs, schedule, (signal) =>
        step.run(order, { idempotencyKey, number, signal }),
      );
    } catch (error) {
      const reason = describeError(error);
      if (error instanceof PermanentStepError || number >= MAX_STEP_ATTEMPTS) {
        return giveUp(step, reason, order, lease, log);
      }
      await lease.write((current) => failStep(current, step.name, `${step.name}: ${reason}`, now()));
      log.warn("step_failed", {
        orderId: order.orderId,
        step: step.name,
        attempt: number,
        error: errorName(error),
      });
      return { kind: "unfinished", reason: "step_failed" };
    }
    control = await lease.write((current) =>
      result === "skipped" ? skipStep(current, step.name) : finishStep(current, step.name),
    );
    if (control === undefined) return { kind: "busy" };
  }

  const done = await lease.write(fulfill);
  return done === undefined ? { kind: "busy" } : { kind: "fulfilled" };

  /** Whoever comes next goes on. */
  async function stop(): Promise<SettleOutcome> {
    await lease.write(releaseLease);
    return { kind: "unfinished", reason: "out_of_time" };
  }
}

function isToBeSkipped(control: ControlDraft, step: FulfillmentStep): boolean {
  return step.whenRevoked === "skip" && isRevoked(control);
}

/** The flag is durable before anybody is told; whoever wrote it is the only one to tell. */
async function giveUp(
  step: FulfillmentStep,
  reason: string,
  order: OrderSnapshot,
  lease: HeldLease,
  log: Log,
): Promise<SettleOutcome> {
  const flagged = await lease.write((current) => flagForAttention(current, `${step.name}: ${reason}`));
  if (flagged === undefined) return { kind: "busy" };
  log.error("order_needs_attention", { orderId: order.orderId, step: step.name });
  return { kind: "needs_attention" };
}

function settledOutcome(control: ControlRecord): SettleOutcome {
  if (control.state === "paid") return { kind: "busy" };
  return { kind: control.state };
}

/** Messages of thrown errors may quote a buyer's address; the order's own record keeps them, the log gets the name. */
function errorName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
