import { NoEffectError, PermanentStepError, type FulfillmentStep } from "../fulfillment/step.ts";
import { describeError } from "../log.ts";
import {
  attemptsOf,
  beginStep,
  endRun,
  failStep,
  finishStep,
  flagForAttention,
  fulfill,
  isFinished,
  isRevoked,
  isUncertain,
  MAX_STEP_ATTEMPTS,
  noteNoEffect,
  owesSteps,
  skipStep,
} from "./control-record.ts";
import type { Deadline } from "./deadline.ts";
import type { HeldLease } from "./held-lease.ts";
import { owesNews, type Errand } from "./news.ts";
import type { ControlRecord, OrderSnapshot } from "./order.ts";
import type { PaymentDates } from "./payment-facts.ts";
import type { SettleDependencies, SettleTrigger } from "./settle-order.ts";
import { spreadNews } from "./spread-news.ts";
import {
  beginErrands,
  chooseErrands,
  exhaustedErrands,
  giveUpErrands,
  nameOf,
  reportGivenUp,
  runErrands,
} from "./tell-news.ts";
import type { ControlDraft } from "./update-control.ts";
import { withTimeout } from "./with-timeout.ts";

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
  /** The lease went to somebody else. */
  | { kind: "busy" }
  | { kind: "unfinished"; reason: "step_failed" | "news_failed" | "out_of_time" };

/** What came of something that was begun: how the record changes, and what the log says once that is durable. */
export interface Result {
  change: (current: ControlDraft) => ControlDraft;
  announce: Announce;
}

type Announce = () => Promise<void> | void;

type Next =
  | { kind: "step"; step: FulfillmentStep }
  | { kind: "errands"; errands: readonly Errand[] }
  | { kind: "nothing" }
  | { kind: "no_time" };

/** Not begun with less time than this: too little for the effect and the two writes around it. */
const SHORTEST_STEP_MS = 1_500;

/** Kept back from an effect's time, so that its result can still be written. */
const WRITE_RESERVE_MS = 1_000;

const UNCERTAIN =
  "an attempt was cut off and may have had its effect; it is not repeated unless you ask for it";

const NOTHING_TO_NOTE: Result = { change: (current) => current, announce: () => undefined };

/**
 * Runs what an order owes: its steps one after the other, each done before the next begins; then all news at once, a failing
 * channel holding up no other. Every write notes what came of the last effect and begins the next one:
 *
 *     ✎ lease ─ ✎ begin record ─ effect ─ ✎ record done, begin mail ─ effect ─ ✎ mail done, fulfilled, begin news ─ … ─ ✎ lease gone
 *
 * A refund may be recorded, or fail, at any moment: what comes next is decided inside the write. A step that fails does not keep the
 * owner's side from hearing, nor does a channel that fails keep the buyer from anything.
 */
export async function runOwed(
  { order, dates, control: leased, lease }: LeasedOrder,
  trigger: SettleTrigger,
  deadline: Deadline,
  dependencies: SettleDependencies,
): Promise<RunEnd> {
  const { steps, news, now, schedule, log } = dependencies;
  const { orderId } = order;
  const askedByOwner = trigger === "owner";
  const leaseEndMs = leased.lease?.untilMs ?? now();
  const timeLeftMs = (): number => Math.min(deadline.remainingMs(), leaseEndMs - now());
  const tried = new Set<string>();
  /** Begun in this run, if only by a write that has to be made again. */
  const begunHere = new Set<string>();
  let stepHasFailed = false;
  let noted = NOTHING_TO_NOTE;

  for (;;) {
    let decision: Decision = { control: leased, next: { kind: "nothing" }, announce: [] };
    const control = await lease.write((current) => {
      decision = decide(noted.change(current));
      return decision.control;
    });
    if (control === undefined) return { kind: "busy" };
    const { next, announce } = decision;
    for (const tell of [noted.announce, ...announce]) await tell();

    if (next.kind === "no_time") return { kind: "unfinished", reason: "out_of_time" };
    if (next.kind === "nothing") {
      if (owesSteps(control, false)) return { kind: "unfinished", reason: "step_failed" };
      return owesNews(control.news)
        ? { kind: "unfinished", reason: "news_failed" }
        : { kind: "ended", control };
    }
    // That write may have taken long; nothing begins on a lease that is running out.
    const effectMs = timeLeftMs() - WRITE_RESERVE_MS;
    if (effectMs <= 0) {
      await lease.write((current) =>
        endRun(next.kind === "step" ? noteNoEffect(current, next.step.name) : current),
      );
      return { kind: "unfinished", reason: "out_of_time" };
    }
    if (next.kind === "errands") for (const errand of next.errands) tried.add(nameOf(errand));
    noted =
      next.kind === "step"
        ? await runStep(next.step, attemptsOf(control, next.step.name), effectMs)
        : await runErrands(next.errands, { order, dates, control }, effectMs, dependencies);
  }

  /** Pure but for the clock: it runs again after every conflict. */
  function decide(current: ControlDraft): Decision {
    const exhausted = askedByOwner ? [] : exhaustedErrands(current);
    const announce: Announce[] = exhausted.map(
      (errand) => () => reportGivenUp(errand, orderId, dependencies),
    );
    let control = giveUpErrands(current, exhausted);
    const hasTime = timeLeftMs() >= SHORTEST_STEP_MS;

    if (owesSteps(control, askedByOwner) && !stepHasFailed) {
      control = skipRevoked(control, steps);
      const step = steps.find(({ name }) => !isFinished(control.steps[name]));
      if (step === undefined) {
        control = fulfill(control);
      } else if (attemptsOf(control, step.name) >= MAX_STEP_ATTEMPTS && !askedByOwner) {
        // The owner, who has mended what was broken, gets another try.
        const flagged = giveUp(step, "tried too often");
        control = flagged.change(control);
        announce.push(flagged.announce);
      } else if (isDoubtful(step, control)) {
        const flagged = giveUp(step, UNCERTAIN);
        control = flagged.change(control);
        announce.push(flagged.announce);
      } else if (hasTime) {
        begunHere.add(step.name);
        return { control: beginStep(control, step.name), next: { kind: "step", step }, announce };
      } else {
        return { control: endRun(control), next: { kind: "no_time" }, announce };
      }
    }

    const errands = chooseErrands(control, askedByOwner, tried);
    if (errands.length === 0) return { control: endRun(control), next: { kind: "nothing" }, announce };
    if (!hasTime) return { control: endRun(control), next: { kind: "no_time" }, announce };
    return { control: beginErrands(control, errands), next: { kind: "errands", errands }, announce };
  }

  /** Somebody else began it, and nobody knows how that ended. */
  function isDoubtful({ name, whenUncertain }: FulfillmentStep, control: ControlDraft): boolean {
    const isOurs = begunHere.has(name) || askedByOwner;
    return whenUncertain === "flag" && isUncertain(control.steps[name]) && !isOurs;
  }

  async function runStep(step: FulfillmentStep, number: number, stepMs: number): Promise<Result> {
    const idempotencyKey = `${step.name}/${orderId}`;
    let result: "done" | "skipped";
    try {
      result = await withTimeout(stepMs, schedule, (signal) =>
        step.run(order, { idempotencyKey, number, signal }),
      );
    } catch (error) {
      stepHasFailed = true;
      const reason = describeError(error);
      const isOver = error instanceof PermanentStepError || number >= MAX_STEP_ATTEMPTS;
      if (isOver) return giveUp(step, reason);
      const failure = { error: `${step.name}: ${reason}`, hadNoEffect: error instanceof NoEffectError };
      return {
        change: (current) => failStep(current, step.name, failure, now()),
        announce: () =>
          log.warn("step_failed", { orderId, step: step.name, attempt: number, error: errorName(error) }),
      };
    }
    return {
      change: (current) =>
        result === "skipped" ? skipStep(current, step.name) : finishStep(current, step.name),
      announce: () => undefined,
    };
  }

  /** The flag is durable, and with it the owner's news of it, before the log says so. */
  function giveUp(step: FulfillmentStep, reason: string): Result {
    return {
      change: (current) =>
        spreadNews(current, flagForAttention(current, `${step.name}: ${reason}`), news.audience),
      announce: () => log.error("order_needs_attention", { orderId, step: step.name }),
    };
  }
}

interface Decision {
  control: ControlDraft;
  next: Next;
  announce: readonly Announce[];
}

/** What must not be handed out any more is passed over. */
function skipRevoked(control: ControlDraft, steps: readonly FulfillmentStep[]): ControlDraft {
  if (!isRevoked(control)) return control;
  return steps
    .filter(({ name, whenRevoked }) => whenRevoked === "skip" && !isFinished(control.steps[name]))
    .reduce((skipped, { name }) => skipStep(skipped, name), control);
}

/** Messages of thrown errors may quote a buyer's address; the order's own record keeps them, the log gets the name. */
function errorName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
