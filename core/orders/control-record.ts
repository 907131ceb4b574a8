import type { CheckoutFacts } from "./checkout-facts.ts";
import { formatDisputes } from "./disputes.ts";
import { isLeftToOwner, owesFreshNews, owesNews } from "./errands.ts";
import { releaseLease } from "./lease.ts";
import { higherState, stateRank, type PaymentMirror } from "./order.ts";
import { nextTryAfter, shorten } from "./retry.ts";
import { isPaused } from "./revocation.ts";
import type { ControlDraft } from "./update-control.ts";

/**
 * The changes a control record goes through as a whole, as pure functions: they run again after every conflict. Whatever they
 * write is absolute (a state, a sum, a count that came from the record itself), so that repeating one repeats nothing. Its lease,
 * its steps and its news have theirs in `lease.ts`, `step-progress.ts` and `errands.ts`.
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
 * The state only moves up, so facts may arrive in any order. The mirror can go both ways and becomes what the facts say; the
 * caller sees to it that they are younger than the record. Returns the record itself when nothing changes.
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

/** Every step is done. What the owner's side has yet to hear does not keep an order from being fulfilled. */
export function fulfill(control: ControlDraft): ControlDraft {
  if (control.state === "fulfilled") return control;
  const { nextTryMs: _next, lastError: _error, ...rest } = control;
  return { ...rest, state: higherState(control.state, "fulfilled") };
}

/** The end of a run. Where nothing is owed there is no next try, and no error where all went well in the end. */
export function endRun(control: ControlDraft): ControlDraft {
  const released = releaseLease(control);
  const isOver = isTerminal(released) || released.state === "payment_failed";
  if (!isOver || owesNews(released.news)) return released;
  const { nextTryMs: _next, lastError, ...atRest } = released;
  const hasFailed = released.state === "needs_attention" || owesNews(released.news, true);
  return hasFailed && lastError !== undefined ? { ...atRest, lastError } : atRest;
}

/**
 * The end of a run that had no time for the next effect. The next run waits a while; otherwise every look at the order would start
 * a run that cannot finish.
 */
export function endRunOutOfTime(control: ControlDraft, nowMs: number): ControlDraft {
  return endRun({ ...control, nextTryMs: Math.max(control.nextTryMs ?? 0, nextTryAfter(1, nowMs)) });
}

/** True when what has failed, or found no time, may be tried again. The owner, who has mended it, need not wait. */
export function isDue({ nextTryMs = 0 }: ControlDraft, askedByOwner: boolean, nowMs: number): boolean {
  return askedByOwner || nextTryMs <= nowMs;
}

/**
 * True while steps are owed: the money is in. A flagged order waits until its owner asks for another try. An order whose
 * subscription is paused waits until it goes on: steps run now would deliver links that are closed, and they would not run again
 * later.
 */
export function owesSteps(control: ControlDraft, askedByOwner: boolean): boolean {
  if (isPaused(control)) return false;
  return control.state === "paid" || (askedByOwner && control.state === "needs_attention");
}

/** True while there is something to run: steps once the money is in, and news of what happened. */
export function owesAnything(control: ControlDraft, askedByOwner: boolean): boolean {
  return owesSteps(control, askedByOwner) || owesNews(control.news, askedByOwner);
}

/** True while there is something to run at this moment: what is due, and news that has not been tried yet. */
export function owesNow(control: ControlDraft, askedByOwner: boolean, nowMs: number): boolean {
  return isDue(control, askedByOwner, nowMs) ? owesAnything(control, askedByOwner) : owesFreshNews(control);
}

/**
 * True while the order stands on the worklist: it waits for money, owes steps or news, waits for its owner, or for its paused
 * subscription to go on.
 */
export function isOpen(control: ControlDraft): boolean {
  if (waitsWhilePaused(control) || control.state === "awaiting_payment") return true;
  return owesAnything(control, false) || awaitsOwner(control);
}

/** True of a paid order whose steps are owed as soon as its paused subscription goes on. */
export function waitsWhilePaused(control: ControlDraft): boolean {
  return control.state === "paid" && isPaused(control);
}

/** True when a step, or the owner's own code, failed for good. */
export function awaitsOwner(control: ControlDraft): boolean {
  return control.state === "needs_attention" || isLeftToOwner(control.news);
}

/** True once the buyer has nothing to wait for: all is done, or it is left to the owner. */
export function isTerminal(control: ControlDraft): boolean {
  return stateRank(control.state) >= stateRank("needs_attention");
}
