import type { FulfillmentStep } from "../fulfillment/step.ts";
import { endRun, fulfill, owesSteps } from "./control-record.ts";
import type { Deadline } from "./deadline.ts";
import {
  beginErrands,
  callOffErrands,
  chooseErrands,
  exhaustedErrands,
  giveUpErrands,
  nameOf,
  owesNews,
  type Errand,
} from "./errands.ts";
import type { HeldLease } from "./held-lease.ts";
import type { ControlRecord, OrderSnapshot } from "./order.ts";
import type { PaymentDates } from "./payment-facts.ts";
import type { Announce, Result } from "./result.ts";
import { MAX_ATTEMPTS } from "./retry.ts";
import { isRevoked } from "./revocation.ts";
import { giveUpStep, runStep } from "./run-step.ts";
import type { SettleDependencies, SettleTrigger } from "./settle-order.ts";
import { attemptsOf, beginStep, isFinished, isUncertain, noteNoEffect, skipStep } from "./step-progress.ts";
import { reportGivenUp, runErrands } from "./tell-news.ts";
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
  /** The lease went to somebody else. */
  | { kind: "busy" }
  | { kind: "unfinished"; reason: "step_failed" | "news_failed" | "out_of_time" };

type Effect = { kind: "step"; step: FulfillmentStep } | { kind: "errands"; errands: readonly Errand[] };

type Next = Effect | { kind: "nothing" } | { kind: "no_time" };

/** Not begun with less time than this. */
const SHORTEST_EFFECT_MS = 500;

/** What is not repeated when it was cut off, but waits for the owner, gets the time that a slow mail server takes. */
const SHORTEST_UNREPEATED_MS = 3_000;

/** What the write that begins an effect may take of its time: a beginning that comes to nothing is an attempt lost. */
const BEGIN_RESERVE_MS = 500;

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
 * A refund may be recorded, or fail, at any moment: what comes next is decided inside the write. A step that fails does not keep
 * the owner's side from hearing, nor does a channel that fails keep the buyer from anything.
 * @throws when the store cannot be reached; the lease may still be held then.
 */
export async function runOwed(
  { order, dates, control: leased, lease }: LeasedOrder,
  trigger: SettleTrigger,
  deadline: Deadline,
  dependencies: SettleDependencies,
): Promise<RunEnd> {
  const { steps, now } = dependencies;
  const { orderId } = order;
  const askedByOwner = trigger === "owner";
  const leaseEndMs = leased.lease?.untilMs ?? now();
  const effectTimeLeftMs = (): number =>
    Math.min(deadline.remainingMs(), leaseEndMs - now()) - WRITE_RESERVE_MS;
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
    const effectMs = effectTimeLeftMs();
    if (effectMs < shortestMs(next)) {
      await lease.write((current) =>
        endRun(next.kind === "step" ? noteNoEffect(current, next.step.name) : current),
      );
      return { kind: "unfinished", reason: "out_of_time" };
    }
    if (next.kind === "step") {
      const attempt = { number: attemptsOf(control, next.step.name), timeoutMs: effectMs };
      const result = await runStep(next.step, order, attempt, dependencies);
      stepHasFailed = result.hasFailed;
      noted = result;
    } else {
      for (const errand of next.errands) tried.add(nameOf(errand));
      noted = await runErrands(next.errands, { order, dates, control }, effectMs, dependencies);
    }
  }

  /** Pure but for the clock: it runs again after every conflict. */
  function decide(current: ControlDraft): Decision {
    let control = callOffErrands(current);
    const exhausted = askedByOwner ? [] : exhaustedErrands(control);
    const announce: Announce[] = exhausted.map(
      (errand) => () => reportGivenUp(errand, orderId, dependencies),
    );
    control = giveUpErrands(control, exhausted);
    const hasTimeFor = (effect: Effect): boolean =>
      effectTimeLeftMs() >= shortestMs(effect) + BEGIN_RESERVE_MS;

    if (owesSteps(control, askedByOwner) && !stepHasFailed) {
      control = skipRevoked(control, steps);
      const step = steps.find(({ name }) => !isFinished(control.steps[name]));
      const problem = step && whyNotToBegin(step, control);
      if (step === undefined) {
        control = callOffErrands(fulfill(control));
      } else if (problem !== undefined) {
        const flagged = giveUpStep(step, problem, orderId, dependencies);
        control = flagged.change(control);
        announce.push(flagged.announce);
      } else if (hasTimeFor({ kind: "step", step })) {
        begunHere.add(step.name);
        return { control: beginStep(control, step.name), next: { kind: "step", step }, announce };
      } else {
        return { control: endRun(control), next: { kind: "no_time" }, announce };
      }
    }

    const errands = chooseErrands(control, askedByOwner, tried);
    if (errands.length === 0) return { control: endRun(control), next: { kind: "nothing" }, announce };
    if (!hasTimeFor({ kind: "errands", errands }))
      return { control: endRun(control), next: { kind: "no_time" }, announce };
    return { control: beginErrands(control, errands), next: { kind: "errands", errands }, announce };
  }

  /** Undefined where a step may begin. The owner, who has mended what was broken, always gets another try. */
  function whyNotToBegin(
    { name, whenUncertain }: FulfillmentStep,
    control: ControlDraft,
  ): string | undefined {
    if (askedByOwner) return undefined;
    if (attemptsOf(control, name) >= MAX_ATTEMPTS) return "tried too often";
    // Somebody else began it, and nobody knows how that ended.
    const isDoubtful = isUncertain(control.steps[name]) && !begunHere.has(name);
    return isDoubtful && whenUncertain === "flag" ? UNCERTAIN : undefined;
  }
}

interface Decision {
  control: ControlDraft;
  next: Next;
  announce: readonly Announce[];
}

function shortestMs(effect: Effect): number {
  const isUnrepeated = effect.kind === "step" && effect.step.whenUncertain === "flag";
  return isUnrepeated ? SHORTEST_UNREPEATED_MS : SHORTEST_EFFECT_MS;
}

/** What must not be handed out any more is passed over. */
function skipRevoked(control: ControlDraft, steps: readonly FulfillmentStep[]): ControlDraft {
  if (!isRevoked(control)) return control;
  return steps
    .filter(({ name, whenRevoked }) => whenRevoked === "skip" && !isFinished(control.steps[name]))
    .reduce((skipped, { name }) => skipStep(skipped, name), control);
}
