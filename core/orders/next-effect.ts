import { stepsOn, type FulfillmentStep } from "./fulfillment-step.ts";
import { endRun, endRunOutOfTime, fulfill, owesSteps } from "./control-record.ts";
import type { EffectTime } from "./effect-time.ts";
import {
  beginDeliveries,
  skipMootDeliveries,
  dueDeliveries,
  exhaustedDeliveries,
  giveUpDeliveries,
  unbeginDeliveries,
  type OutboxDelivery,
} from "./outbox/outbox-delivery.ts";
import type { OrderId } from "./order.ts";
import type { AfterCommit, Result } from "./result.ts";
import { MAX_ATTEMPTS } from "../retry/backoff.ts";
import { isRevoked } from "./access.ts";
import { giveUpStep } from "./run-step.ts";
import { stepOf } from "./outbox/step-of.ts";
import type { SettleDependencies } from "./settle-dependencies.ts";
import { attemptsOf, beginStep, isFinished, isUncertain, skipStep, unbeginStep } from "./step-progress.ts";
import { reportGivenUp } from "./outbox/deliver-notifications.ts";
import type { ControlDraft } from "./update-control.ts";

/** What a run knows besides the record when it decides what comes next. */
export interface RunState {
  orderId: OrderId;
  askedByOwner: boolean;
  /** False when the lease was taken only for new notifications: what failed before keeps waiting. */
  isDue: boolean;
  time: EffectTime;
  /** The deliveries that this run has begun; each is tried once a run. */
  tried: ReadonlySet<string>;
  /** The steps that this run has begun, even if only by a write that has to be made again. */
  begunHere: Set<string>;
  stepHasFailed: boolean;
}

/** The record to write, the effect that this write begins, and what to report once it is durable. */
export interface Decision {
  control: ControlDraft;
  next: Effect | { kind: "nothing" } | { kind: "no_time" };
  afterCommit: readonly AfterCommit[];
}

export type Effect = {
  /** The effect is not begun with less time than this. */
  needsMs: number;
  /** Undoes the beginning when the effect is not run after all. */
  unbegin: Result["change"];
} & ({ kind: "step"; step: FulfillmentStep } | { kind: "deliveries"; deliveries: readonly OutboxDelivery[] });

/** The record without the beginning of an effect that was not run. */
export function unbegun(next: Decision["next"], control: ControlDraft): ControlDraft {
  return "unbegin" in next ? next.unbegin(control) : control;
}

/** The least time for a message. Mail gets more, because its server may be slow. */
const MESSAGE_NEEDS_MS = 1_500;
const OWNERS_MAIL_NEEDS_MS = 3_000;

const UNCERTAIN =
  "an attempt was cut off and may have had its effect; it is not repeated unless you ask for it";

/** Decides what comes next for an order whose lease is ours. Runs again after every conflict; it changes nothing but `run.begunHere`. */
export function decideNext(current: ControlDraft, run: RunState, dependencies: SettleDependencies): Decision {
  const { now } = dependencies;
  const steps = stepsOn("paid", dependencies.steps);
  const { askedByOwner, time } = run;
  let control = skipMootDeliveries(current);
  const exhausted = askedByOwner ? [] : exhaustedDeliveries(control);
  const afterCommit: AfterCommit[] = exhausted.map(
    (delivery) => () => reportGivenUp(delivery, run.orderId, dependencies),
  );
  control = giveUpDeliveries(control, exhausted);

  if (owesSteps(control, askedByOwner) && run.isDue && !run.stepHasFailed) {
    control = skipRevoked(control, steps);
    const step = steps.find(({ name }) => !isFinished(control.steps[name]));
    const problem = step && whyNotToBegin(step, control, run);
    if (step === undefined) {
      control = skipMootDeliveries(fulfill(control));
    } else if (problem !== undefined) {
      const flagged = giveUpStep(step, problem, run.orderId, dependencies);
      control = flagged.change(control);
      afterCommit.push(flagged.afterCommit);
    } else if (time.isEnoughToBegin(step.needsMs)) {
      run.begunHere.add(step.name);
      return { control: beginStep(control, step.name), next: toStep(step, control), afterCommit };
    } else {
      return { control: endRunOutOfTime(control, now()), next: { kind: "no_time" }, afterCommit };
    }
  }

  const owed = dueDeliveries(control, run);
  const needsMs = (delivery: OutboxDelivery): number => timeFor(delivery, dependencies.steps);
  const deliveries = owed.filter((delivery) => time.isEnoughToBegin(needsMs(delivery)));
  if (deliveries.length > 0)
    return {
      control: beginDeliveries(control, deliveries),
      next: toDeliveries(deliveries, Math.max(...deliveries.map(needsMs))),
      afterCommit,
    };
  return owed.length === 0
    ? { control: endRun(control), next: { kind: "nothing" }, afterCommit }
    : { control: endRunOutOfTime(control, now()), next: { kind: "no_time" }, afterCommit };
}

/** Undefined if a step may begin. An owner who has fixed the cause always gets another try. */
function whyNotToBegin(
  { name, whenUncertain }: FulfillmentStep,
  control: ControlDraft,
  { askedByOwner, begunHere }: RunState,
): string | undefined {
  if (askedByOwner) return undefined;
  if (attemptsOf(control, name) >= MAX_ATTEMPTS) return "tried too often";
  // Another run began it, and how that ended is unknown.
  const isDoubtful = isUncertain(control.steps[name]) && !begunHere.has(name);
  return isDoubtful && whenUncertain === "flag" ? UNCERTAIN : undefined;
}

/** `before` is the record without the beginning. */
function toStep(step: FulfillmentStep, before: ControlDraft): Effect {
  const { name, needsMs } = step;
  const unbegin = (current: ControlDraft): ControlDraft => unbeginStep(current, name, before.steps[name]);
  return { kind: "step", step, needsMs, unbegin };
}

function toDeliveries(deliveries: readonly OutboxDelivery[], needsMs: number): Effect {
  return {
    kind: "deliveries",
    deliveries,
    needsMs,
    unbegin: (current) => unbeginDeliveries(current, deliveries),
  };
}

function timeFor({ notification, channel }: OutboxDelivery, steps: readonly FulfillmentStep[]): number {
  if (channel === "code") return stepOf(notification.kind, steps)?.needsMs ?? MESSAGE_NEEDS_MS;
  return channel === "mail" ? OWNERS_MAIL_NEEDS_MS : MESSAGE_NEEDS_MS;
}

/** Skips the steps that must not hand out anything now. */
function skipRevoked(control: ControlDraft, steps: readonly FulfillmentStep[]): ControlDraft {
  if (!isRevoked(control)) return control;
  return steps
    .filter(({ name, whenRevoked }) => whenRevoked === "skip" && !isFinished(control.steps[name]))
    .reduce((skipped, { name }) => skipStep(skipped, name), control);
}
