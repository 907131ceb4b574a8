import type { CheckoutFacts } from "./facts.ts";
import { formatDisputes } from "./disputes.ts";
import { isLeftToOwner, owesFreshNotifications, owesNotifications } from "./outbox/outbox-delivery.ts";
import { releaseLease } from "./lease.ts";
import { higherState, shorten, stateRank, type PaymentMirror } from "./order.ts";
import { nextTryAfter } from "../retry/backoff.ts";
import { isPaused } from "./access.ts";
import type { ControlDraft } from "./update-control.ts";

/**
 * The changes to a control record as a whole, as pure functions: they run again after every conflict. Whatever they write is
 * absolute (a state, a sum, a count taken from the record itself), so repeating a change changes nothing. The lease, the steps and
 * the outbox have their own in `lease.ts`, `step-progress.ts` and `outbox-delivery.ts`.
 */

export function newControl(): ControlDraft {
  return {
    v: 1,
    state: "awaiting_payment",
    mirror: { refundedMinor: 0, fullyRefunded: false },
    fence: 0,
    steps: {},
  };
}

/**
 * The state only moves up, so facts may arrive in any order. The mirror can go both ways and is replaced by the facts; the caller
 * makes sure that they are newer than the record. Returns the same record when nothing changes.
 */
export function mergeFacts(
  control: ControlDraft,
  facts: Pick<CheckoutFacts, "state" | "mirror">,
): ControlDraft {
  const state = higherState(control.state, facts.state);
  if (state === control.state && sameMirror(control.mirror, facts.mirror)) return control;
  const v = facts.mirror.disputes === undefined ? control.v : 3;
  return { ...control, v, state, mirror: facts.mirror };
}

export function sameMirror(one: PaymentMirror, other: PaymentMirror): boolean {
  return (
    one.refundedMinor === other.refundedMinor &&
    one.fullyRefunded === other.fullyRefunded &&
    one.dispute === other.dispute &&
    formatDisputes(one) === formatDisputes(other) &&
    one.subscription === other.subscription &&
    one.renewal === other.renewal
  );
}

export function flagForAttention(control: ControlDraft, reason: string): ControlDraft {
  const { nextTryMs: _, ...rest } = control;
  return { ...rest, state: higherState(control.state, "needs_attention"), lastError: shorten(reason) };
}

/** Every step is done. An order is fulfilled even while notifications about it are still to be delivered. */
export function fulfill(control: ControlDraft): ControlDraft {
  if (control.state === "fulfilled") return control;
  const { nextTryMs: _next, lastError: _error, ...rest } = control;
  return { ...rest, state: higherState(control.state, "fulfilled") };
}

/** The end of a run. Clears the next try when nothing is owed, and the error when everything went well in the end. */
export function endRun(control: ControlDraft): ControlDraft {
  const released = releaseLease(control);
  const isOver = isTerminal(released) || released.state === "payment_failed";
  if (!isOver || owesNotifications(released.news)) return released;
  const { nextTryMs: _next, lastError, ...atRest } = released;
  const hasFailed = released.state === "needs_attention" || owesNotifications(released.news, true);
  return hasFailed && lastError !== undefined ? { ...atRest, lastError } : atRest;
}

/**
 * The end of a run that had no time left for the next effect. The next run waits a while; otherwise every visit to the order page
 * would start a run that cannot finish.
 */
export function endRunOutOfTime(control: ControlDraft, nowMs: number): ControlDraft {
  return endRun({ ...control, nextTryMs: Math.max(control.nextTryMs ?? 0, nextTryAfter(1, nowMs)) });
}

/** True when what failed, or ran out of time, may be tried again. An owner who has fixed the cause need not wait. */
export function isDue({ nextTryMs = 0 }: ControlDraft, askedByOwner: boolean, nowMs: number): boolean {
  return askedByOwner || nextTryMs <= nowMs;
}

/**
 * True while steps are owed: the money is in. A flagged order waits until its owner asks for another try. An order with a paused
 * subscription waits until that resumes: steps run now would deliver links that are closed, and would not run again later.
 */
export function owesSteps(control: ControlDraft, askedByOwner: boolean): boolean {
  if (isPaused(control)) return false;
  return control.state === "paid" || (askedByOwner && control.state === "needs_attention");
}

/** True while there is something to run: steps of a paid order, or notifications. */
export function owesAnything(control: ControlDraft, askedByOwner: boolean): boolean {
  return owesSteps(control, askedByOwner) || owesNotifications(control.news, askedByOwner);
}

/** True while there is something to run right now: what is due, and notifications that have not been tried yet. */
export function owesNow(control: ControlDraft, askedByOwner: boolean, nowMs: number): boolean {
  return isDue(control, askedByOwner, nowMs)
    ? owesAnything(control, askedByOwner)
    : owesFreshNotifications(control);
}

/**
 * True while the order is on the worklist: it owes steps or notifications, or waits for money, for its owner or for its paused subscription
 * to resume.
 */
export function isOpen(control: ControlDraft): boolean {
  if (waitsWhilePaused(control) || control.state === "awaiting_payment") return true;
  return owesAnything(control, false) || awaitsOwner(control);
}

/** True of a paid order whose steps are owed as soon as its paused subscription resumes. */
export function waitsWhilePaused(control: ControlDraft): boolean {
  return control.state === "paid" && isPaused(control);
}

/** True when a step, or the owner's own code, failed for good. */
export function awaitsOwner(control: ControlDraft): boolean {
  return control.state === "needs_attention" || isLeftToOwner(control.news);
}

/** True once the buyer has nothing to wait for: everything is done, or left to the owner. */
export function isTerminal(control: ControlDraft): boolean {
  return stateRank(control.state) >= stateRank("needs_attention");
}
