import type { CheckoutFacts } from "./checkout-facts.ts";
import { isLeftToOwner, owesNews, subjectOf, type Channel, type Delivery, type News } from "./news.ts";
import { higherState, MAX_ERROR_LENGTH, stateRank } from "./order.ts";
import type { PaymentMirror, StepProgress } from "./order.ts";
import type { ControlDraft } from "./update-control.ts";

/**
 * The changes a control record can go through, as pure functions: they run again after every conflict. Whatever they
 * write is absolute (a state, a sum, a count that came from the record itself), so that repeating one repeats nothing.
 */

/** How long one run may hold an order. Longer than any function lives, so that a holder which died is not overtaken early. */
const LEASE_MS = 45_000;

/** What was begun this often and is still not done is left to a person. */
export const MAX_STEP_ATTEMPTS = 12;

const FIRST_RETRY_MS = 30_000;
const LONGEST_RETRY_MS = 3_600_000;

/** Proof of a lease: who took it, and the how-manieth it was. */
export interface Claim {
  owner: string;
  fence: number;
}

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
  return { ...control, state, mirror: facts.mirror };
}

export function sameMirror(one: PaymentMirror, other: PaymentMirror): boolean {
  return (
    one.refundedMinor === other.refundedMinor &&
    one.fullyRefunded === other.fullyRefunded &&
    one.dispute === other.dispute &&
    one.subscription === other.subscription &&
    one.renewal === other.renewal
  );
}

/** A subscription in one of these has ended; `past_due` and `paused` have not. */
const ENDED_SUBSCRIPTIONS = ["canceled", "unpaid", "incomplete_expired"];

export function hasEnded(subscription: string | undefined): boolean {
  return subscription !== undefined && ENDED_SUBSCRIPTIONS.includes(subscription);
}

/**
 * Whether what was bought must not be handed out, or must be taken back: all money returned, a dispute lost, a subscription
 * ended. A partial refund does not revoke, a month given back to a subscriber neither, and a dispute that is won gives back.
 */
export function isRevoked({ mirror }: ControlDraft): boolean {
  if (mirror.dispute === "lost") return true;
  return mirror.subscription === undefined ? mirror.fullyRefunded : hasEnded(mirror.subscription);
}

/** True while steps are owed: the money is in. A flagged order waits until its owner asks for another try. */
export function owesSteps(control: ControlDraft, askedByOwner: boolean): boolean {
  return control.state === "paid" || (askedByOwner && control.state === "needs_attention");
}

/**
 * Undefined while somebody else holds the order.
 *
 *     run A  ──lease(fence 1)──▶ step ─ dies ╳
 *     time   ├───────────── LEASE_MS ────────────┤ until
 *     run B              busy ✗        busy ✗     ──lease(fence 2)──▶ step ─▶ done
 *     run A wakes up late ("zombie")                    its next write: fence 1 ≠ 2 ─▶ refused
 *
 * The clock decides only when B may start. That A's late writes are refused is decided by the fence and by the record's
 * version, so a clock that is wrong costs time, never an order.
 */
export function takeLease(control: ControlDraft, owner: string, nowMs: number): ControlDraft | undefined {
  if (control.lease !== undefined && control.lease.untilMs > nowMs) return undefined;
  return { ...control, fence: control.fence + 1, lease: { owner, untilMs: nowMs + LEASE_MS } };
}

export function holdsLease(control: ControlDraft, claim: Claim): boolean {
  return control.lease?.owner === claim.owner && control.fence === claim.fence;
}

export function beginStep(control: ControlDraft, step: string): ControlDraft {
  return withStep(control, step, { state: "started", attempts: attemptsOf(control, step) + 1 });
}

export function finishStep(control: ControlDraft, step: string): ControlDraft {
  return withStep(control, step, { state: "done", attempts: attemptsOf(control, step) });
}

export function skipStep(control: ControlDraft, step: string): ControlDraft {
  return withStep(control, step, { state: "skipped", attempts: attemptsOf(control, step) });
}

/**
 * The order waits for its next try. The step stays "started" where it may have had its effect; a failure that certainly had none
 * is told apart for the sake of steps which must not be repeated on a mere suspicion.
 */
export function failStep(
  control: ControlDraft,
  step: string,
  failure: { error: string; hadNoEffect: boolean },
  nowMs: number,
): ControlDraft {
  const nextTryMs = nowMs + backOffMs(attemptsOf(control, step));
  const failed = failure.hadNoEffect ? noteNoEffect(control, step) : control;
  return { ...failed, lastError: shorten(failure.error), nextTryMs };
}

/** The attempt that was begun is over, and its effect did not happen. */
export function noteNoEffect(control: ControlDraft, step: string): ControlDraft {
  return withStep(control, step, { state: "failed", attempts: attemptsOf(control, step) });
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

/** Changes one channel's part in a piece of news, unless the subject has newer ones by now. */
export function noteDelivery(
  control: ControlDraft,
  { kind, count }: News,
  channel: Channel,
  change: (delivery: Delivery) => Delivery,
): ControlDraft {
  const subject = subjectOf(kind);
  const current = control.news?.[subject];
  const delivery = current?.deliveries[channel];
  if (current === undefined || current.count !== count || delivery === undefined) return control;
  const deliveries = { ...current.deliveries, [channel]: change(delivery) };
  return { ...control, news: { ...control.news, [subject]: { ...current, deliveries } } };
}

/** The error and the next try of a step go first: they are what keeps the buyer waiting. */
export function failDelivery(
  control: ControlDraft,
  attempts: number,
  error: string,
  nowMs: number,
): ControlDraft {
  if (control.state === "paid") return control;
  const nextTryMs = nowMs + backOffMs(attempts);
  const lastError = control.state === "fulfilled" ? shorten(error) : control.lastError;
  return { ...control, nextTryMs, ...(lastError !== undefined && { lastError }) };
}

/** The end of a run. Where nothing is owed there is no next try, and no error where all went well in the end. */
export function endRun(control: ControlDraft): ControlDraft {
  const { lease: _lease, ...released } = control;
  if (!isTerminal(released) || owesNews(released.news)) return released;
  const { nextTryMs: _next, lastError, ...atRest } = released;
  const hasFailed = released.state === "needs_attention" || owesNews(released.news, true);
  return hasFailed && lastError !== undefined ? { ...atRest, lastError } : atRest;
}

function backOffMs(attempts: number): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.max(0, attempts - 1));
}

export function releaseLease(control: ControlDraft): ControlDraft {
  const { lease: _, ...released } = control;
  return released;
}

export function isFinished(progress: StepProgress | undefined): boolean {
  return progress?.state === "done" || progress?.state === "skipped";
}

/** An attempt began, and whether it had its effect was never recorded. */
export function isUncertain(progress: StepProgress | undefined): boolean {
  return progress?.state === "started";
}

export function attemptsOf(control: ControlDraft, step: string): number {
  return control.steps[step]?.attempts ?? 0;
}

/** True while the order stands on the worklist: it waits for money, owes steps or news, or waits for its owner. */
export function isOpen(control: ControlDraft): boolean {
  return control.state === "awaiting_payment" || owesAnything(control, false) || awaitsOwner(control);
}

/** True while there is something to run: steps once the money is in, and news of what happened. */
export function owesAnything(control: ControlDraft, askedByOwner: boolean): boolean {
  return owesSteps(control, askedByOwner) || owesNews(control.news, askedByOwner);
}

/** True when a step, or the owner's own code, failed for good. */
export function awaitsOwner(control: ControlDraft): boolean {
  return control.state === "needs_attention" || isLeftToOwner(control.news);
}

/** True once the buyer has nothing to wait for: all is done, or it is left to the owner. */
export function isTerminal(control: ControlDraft): boolean {
  return stateRank(control.state) >= stateRank("needs_attention");
}

function withStep(control: ControlDraft, step: string, progress: StepProgress): ControlDraft {
  return { ...control, steps: { ...control.steps, [step]: progress } };
}

function shorten(text: string): string {
  return text.slice(0, MAX_ERROR_LENGTH);
}
