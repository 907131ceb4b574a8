import { endRunOutOfTime, isDue, owesSteps } from "./control-record.ts";
import type { Deadline } from "../retry/deadline.ts";
import { createEffectTime } from "./effect-time.ts";
import { nameOf, owesNotifications } from "./outbox/outbox-delivery.ts";
import type { HeldLease } from "./held-lease.ts";
import { releaseLease } from "./lease.ts";
import { decideNext, unbegun, type Decision, type Effect, type RunState } from "./next-effect.ts";
import type { ControlRecord, OrderSnapshot } from "./order.ts";
import type { PaymentDates } from "./facts.ts";
import type { Result } from "./result.ts";
import { runStep } from "./run-step.ts";
import type { SettleDependencies } from "./settle-dependencies.ts";
import type { SettleTrigger } from "./settle-trigger.ts";
import { attemptsOf } from "./step-progress.ts";
import { deliverNotifications } from "./outbox/deliver-notifications.ts";
import type { ControlDraft } from "./update-control.ts";

/** An order whose lease is ours. */
export interface LeasedOrder {
  order: OrderSnapshot;
  dates: PaymentDates;
  /** The record as it stood when the lease was taken. */
  control: ControlRecord;
  lease: HeldLease;
}

export type RunEnd =
  /** Nothing is owed any more, or what is owed waits for the owner. */
  | { kind: "ended"; control: ControlRecord }
  /** Another run took the lease. */
  | { kind: "busy" }
  | { kind: "unfinished"; reason: "step_failed" | "news_failed" | "out_of_time" };

const NOTHING_TO_RECORD: Result = { change: (current) => current, afterCommit: () => undefined };

/**
 * Runs what an order owes: its steps one after the other, each done before the next begins; then all deliveries of its outbox at
 * once, so that a failing channel holds up no other. Every write records the outcome of the last effect and begins the next one:
 *
 *     ✎ lease ─ ✎ begin record ─ effect ─ ✎ record done, begin mail ─ effect ─ ✎ mail done, fulfilled, begin outbox ─ … ─ ✎ lease gone
 *
 * A refund may be recorded, or fail, at any moment, so what comes next is decided inside the write. A failed step does not keep the
 * owner's side from hearing, and a failed channel keeps nothing from the buyer. An effect that was begun but has no time left does
 * not count as an attempt.
 * @throws when the store cannot be reached. The outcome of the last effect is then recorded while the lease is released; if that
 * write fails too, the lease stays until it expires.
 */
export async function runPending(
  leasedOrder: LeasedOrder,
  trigger: SettleTrigger,
  deadline: Deadline,
  dependencies: SettleDependencies,
): Promise<RunEnd> {
  const { order, control: leased, lease } = leasedOrder;
  const { now } = dependencies;
  const askedByOwner = trigger === "owner";
  const time = createEffectTime(deadline, leased.lease?.untilMs ?? now(), now);
  const tried = new Set<string>();
  const run: RunState = {
    orderId: order.orderId,
    askedByOwner,
    isDue: isDue(leased, askedByOwner, now()),
    time,
    tried,
    begunHere: new Set(),
    stepHasFailed: false,
  };
  /** The outcome of the last effect, for the next write to record. */
  let outcome = NOTHING_TO_RECORD;
  /** What is true but may not stand in the record yet. */
  let unwritten: Result["change"] = outcome.change;

  try {
    return await runToTheEnd();
  } catch (error) {
    await lease.write((current) => releaseLease(unwritten(current))).catch(() => undefined);
    throw error;
  }

  async function runToTheEnd(): Promise<RunEnd> {
    for (;;) {
      const written = await recordAndBegin();
      if (written === undefined) return { kind: "busy" };
      const { next, afterCommit, control } = written;
      for (const report of [outcome.afterCommit, ...afterCommit]) await report();

      if (next.kind === "no_time") return { kind: "unfinished", reason: "out_of_time" };
      if (next.kind === "nothing") return endOf(control);
      // That write may have taken long. No effect begins on a lease that is running out.
      const effectMs = time.leftMs();
      if (effectMs < next.needsMs) {
        await lease.write((current) => endRunOutOfTime(next.unbegin(current), now()));
        return { kind: "unfinished", reason: "out_of_time" };
      }
      outcome = await effectOf(next, control, effectMs);
      unwritten = outcome.change;
    }
  }

  /** Undefined when the lease is no longer ours. A write that fails may still have recorded the beginning of an effect that will not run. */
  async function recordAndBegin(): Promise<(Decision & { control: ControlRecord }) | undefined> {
    const { change } = outcome;
    let decision: Decision | undefined;
    const decide = (current: ControlDraft): ControlDraft => {
      const decided = decideNext(change(current), run, dependencies);
      unwritten = (record) => unbegun(decided.next, change(record));
      decision = decided;
      return decided.control;
    };
    const control = await time.measured(() => lease.write(decide));
    return control === undefined || decision === undefined ? undefined : { ...decision, control };
  }

  async function effectOf(next: Effect, control: ControlRecord, timeoutMs: number): Promise<Result> {
    if (next.kind === "step") {
      const attempt = {
        number: attemptsOf(control, next.step.name),
        timeoutMs,
        isRetry: control.lastError !== undefined,
        unbegin: next.unbegin,
      };
      const result = await runStep(next.step, order, attempt, dependencies);
      run.stepHasFailed = result.hasFailed;
      return result;
    }
    for (const delivery of next.deliveries) tried.add(nameOf(delivery));
    return deliverNotifications(next.deliveries, { ...leasedOrder, control }, timeoutMs, dependencies);
  }
}

function endOf(control: ControlRecord): RunEnd {
  if (owesSteps(control, false)) return { kind: "unfinished", reason: "step_failed" };
  return owesNotifications(control.news)
    ? { kind: "unfinished", reason: "news_failed" }
    : { kind: "ended", control };
}
