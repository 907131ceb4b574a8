import type { CheckoutFacts } from "./checkout-facts.ts";
import { higherState, MAX_ERROR_LENGTH, stateRank } from "./order.ts";
import type { PaymentMirror, StepProgress } from "./order.ts";
import type { ControlDraft } from "./update-control.ts";

/**
 * The changes a control record can go through, as pure functions: they run again after every conflict. Whatever they
 * write is absolute (a state, a sum, a count that came from the record itself), so that repeating one repeats nothing.
 */

/** How long one run may hold an order. Longer than any function lives, so that a holder which died is not overtaken early. */
const LEASE_MS = 45_000;

/** A step that was begun this often and is still not done is left to a person. */
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
    one.subscription === other.subscription
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
 * The order is released and waits for its next try. The step stays "started" where it may have had its effect; a failure that
 * certainly had none is told apart for the sake of steps which must not be repeated on a mere suspicion.
 */
export function failStep(
  control: ControlDraft,
  step: string,
  failure: { error: string; hadNoEffect: boolean },
  nowMs: number,
): ControlDraft {
  const backOffMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (attemptsOf(control, step) - 1));
  const failed = failure.hadNoEffect ? noteNoEffect(control, step) : control;
  return { ...releaseLease(failed), lastError: shorten(failure.error), nextTryMs: nowMs + backOffMs };
}

/** The attempt that was begun is over, and its effect did not happen. */
export function noteNoEffect(control: ControlDraft, step: string): ControlDraft {
  return withStep(control, step, { state: "failed", attempts: attemptsOf(control, step) });
}

export function flagForAttention(control: ControlDraft, reason: string): ControlDraft {
  const { nextTryMs: _, ...rest } = releaseLease(control);
  return { ...rest, state: higherState(control.state, "needs_attention"), lastError: shorten(reason) };
}

export function fulfill(control: ControlDraft): ControlDraft {
  const { nextTryMs: _next, lastError: _error, ...rest } = releaseLease(control);
  return { ...rest, state: higherState(control.state, "fulfilled") };
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

/** True while the order stands on the worklist: it waits for money, owes steps, or waits for its owner. */
export function isOpen(control: ControlDraft): boolean {
  return ["awaiting_payment", "paid", "needs_attention"].includes(control.state);
}

/** True once nothing that happens by itself will change the order any more. */
export function isTerminal(control: ControlDraft): boolean {
  return stateRank(control.state) >= stateRank("needs_attention");
}

function withStep(control: ControlDraft, step: string, progress: StepProgress): ControlDraft {
  return { ...control, steps: { ...control.steps, [step]: progress } };
}

function shorten(text: string): string {
  return text.slice(0, MAX_ERROR_LENGTH);
}
