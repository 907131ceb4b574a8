import type { ControlRecord, StepProgress } from "../../core/orders/order.ts";
import { owesNotifications } from "./check-answers.ts";
import type { CheckWrite } from "./order-book.ts";
import { OWNER } from "./owner-command.ts";
import type { ShopProcess } from "./shop-process.ts";
import { isPaused, isRevoked, type Truths } from "./truths.ts";
import type { Violations } from "./violations.ts";

/** Written down again instead of imported: a mistake in the shop's own table would otherwise excuse itself. */
const RANKS = {
  awaiting_payment: 1,
  payment_failed: 2,
  paid: 3,
  needs_attention: 4,
  fulfilled: 5,
};
const SKIPPED_WHEN_REVOKED = ["license", "onPaid", "mail"];
/** A failed step is begun again: the two may follow each other any number of times. */
const STEP_RANKS = { todo: 0, started: 1, failed: 1, done: 2, skipped: 2 };
const LONGEST_LEASE_MS = 5 * 60_000;

/** Checks I4, I5 and I10 at every write. */
export function createWriteChecks(
  steps: readonly string[],
  truths: Truths,
  isOwed: (orderId: string, step: string) => boolean,
  violations: Violations,
): CheckWrite {
  /** The run that last began each step of each order. */
  const begunBy = new Map<string, string | undefined>();
  /** When each order was due as its present run began: messages that fail in the run do not hold up its steps. */
  const dueMs = new Map<string, number>();

  return ({ orderId, earlier, before: stored, after: { control: after, version }, writer }) => {
    const before = stored?.control;
    const complain = (invariant: Parameters<Violations["report"]>[0], what: string): void =>
      violations.report(invariant, `${orderId} v${version}, written by ${writer.name}: ${what}`);

    if (version <= (stored?.version ?? 0))
      complain("I5 steps, fence and rank never go back", "the version goes back");
    if (before === undefined && after.lease === undefined && after.fence > 0) {
      complain("I5 steps, fence and rank never go back", "a new record begins with a fence");
    }
    if (before !== undefined) {
      const isOwn = (step: string): boolean => begunBy.get(`${orderId} ${step}`) === before.lease?.owner;
      const setBack = goesBack(before, after, isOwn);
      const hasty = steps.find((step) => attempts(after, step) > attempts(before, step));
      // The owner, who has mended what was broken, need not wait.
      const mustWait = !writer.name.startsWith(OWNER);
      if (after.fence !== before.fence) dueMs.set(orderId, before.nextTryMs ?? 0);
      const due = hasty !== undefined && isOwn(hasty) ? before.nextTryMs : dueMs.get(orderId);
      if (hasty !== undefined && mustWait && (due ?? 0) > writer.now())
        complain(
          "S7 what failed waits for its next try",
          `${hasty} begins ${(due ?? 0) - writer.now()} ms early`,
        );
      if (setBack !== undefined) complain("I5 steps, fence and rank never go back", setBack);
      const isInARow = stored?.writer === writer.name;
      const miscounted = isInARow ? countsTwice(steps, earlier?.control, before, after) : undefined;
      if (miscounted !== undefined) complain("I5 steps, fence and rank never go back", miscounted);
    }

    for (const step of steps) {
      const isBegun = attempts(after, step) > (before === undefined ? 0 : attempts(before, step));
      if (isBegun) begunBy.set(`${orderId} ${step}`, after.lease?.owner);
    }

    if (RANKS[after.state] >= RANKS.paid && !truths.current(orderId).isPaid) {
      complain("I4 no effect before payment", `the order is ${after.state}, and Stripe has no money`);
    }
    const trespass = trespasses(before, after, writer);
    if (trespass !== undefined) complain("I10 only the lease holder acts", trespass);

    const newLease = after.fence === before?.fence ? undefined : after.lease;
    if (newLease !== undefined && newLease.untilMs > writer.now() + LONGEST_LEASE_MS) {
      complain("I9 work is bounded", "the lease lasts longer than five minutes");
    }
    if (after.state === "fulfilled") {
      const owed = steps.filter((step) => !isFinished(after.steps[step]));
      if (owed.length > 0)
        complain("I1 no paid session is lost", `fulfilled, and ${owed.join(", ")} still owed`);
      // What was owed may become moot while the holder works on it. A run that takes the lease, or ends the steps, must have work to do.
      const isAtIt = before?.state === "fulfilled" && after.fence === before.fence;
      // For the owner's command, what was given up is owed too.
      const isOwners = after.lease?.owner.startsWith(OWNER) === true && hasGivenUp(after);
      if (after.lease !== undefined && !owesNotifications(after) && !isAtIt && !isOwners)
        complain("I10 only the lease holder acts", "fulfilled with a lease, and nothing is owed");
    }
    for (const step of SKIPPED_WHEN_REVOKED) {
      const begins = attempts(after, step) > (before === undefined ? 0 : attempts(before, step));
      if (begins && isRevoked(after.mirror)) {
        complain(
          "I6 refunds, disputes and subscription agree with Stripe",
          `${step} begins on a revoked order`,
        );
      }
    }
    for (const step of steps) {
      const begins = attempts(after, step) > (before === undefined ? 0 : attempts(before, step));
      if (begins && isPaused(after.mirror))
        complain("I12 access equals what the subscription pays for", `${step} begins while it is paused`);
      if (
        after.steps[step]?.state === "skipped" &&
        before?.steps[step]?.state !== "skipped" &&
        isOwed(orderId, step) &&
        !isRevoked(after.mirror)
      ) {
        complain("I1 no paid session is lost", `${step} is skipped though it is owed`);
      }
    }
  };
}

/** `isOwn`: the run that holds the lease is the one that began the step. */
function goesBack(
  before: ControlRecord,
  after: ControlRecord,
  isOwn: (step: string) => boolean,
): string | undefined {
  if (RANKS[after.state] < RANKS[before.state])
    return `the state falls from ${before.state} to ${after.state}`;
  if (after.fence < before.fence) return "the fence falls";
  for (const step of Object.keys(before.steps)) {
    if (stepRank(after, step) < stepRank(before, step)) return `${step} goes back`;
    const isTakenBack = isOwn(step) && takesBack(before.steps[step], after.steps[step]);
    if (attempts(after, step) < attempts(before, step) && !isTakenBack) return `${step} forgets an attempt`;
    if (attempts(after, step) > attempts(before, step) + 1) return `${step} counts one attempt twice`;
  }
  return undefined;
}

/** The step was begun, and then the attempt was never made. I3 counts whether it really was not made. */
function takesBack(before: StepProgress | undefined, after: StepProgress | undefined): boolean {
  return before?.state === "started" && before.attempts === (after?.attempts ?? 0) + 1 && !isFinished(after);
}

/** One process made both writes in a row, and the second did not know of the first. */
function countsTwice(
  steps: readonly string[],
  earlier: ControlRecord | undefined,
  before: ControlRecord,
  after: ControlRecord,
): string | undefined {
  const step = steps.find((name) => {
    const begun = attempts(before, name) > (earlier === undefined ? 0 : attempts(earlier, name));
    return begun && attempts(after, name) > attempts(before, name);
  });
  return step === undefined ? undefined : `${step} counts one attempt twice`;
}

/** What a write did that its writer was not allowed to do. */
function trespasses(
  before: ControlRecord | undefined,
  after: ControlRecord,
  writer: ShopProcess,
): string | undefined {
  const fenceBefore = before?.fence ?? 0;
  const stepsMoved = JSON.stringify(before?.steps ?? {}) !== JSON.stringify(after.steps);
  if (after.fence > fenceBefore) {
    if (after.fence !== fenceBefore + 1) return "the fence leaps";
    if (after.lease === undefined || !owns(after.lease.owner, writer))
      return "a lease is taken for somebody else";
    // By the taker's own clock. Clocks disagree, which is why there is a fence.
    if (before?.lease !== undefined && before.lease.untilMs > writer.now())
      return "a lease is taken that is held";
    return stepsMoved ? "steps move while the lease is being taken" : undefined;
  }
  const leaseMoved =
    before?.lease?.owner !== after.lease?.owner || before?.lease?.untilMs !== after.lease?.untilMs;
  const ends = RANKS[after.state] >= RANKS.needs_attention && after.state !== before?.state;
  if (!stepsMoved && !leaseMoved && !ends) return undefined;
  if (before?.lease === undefined) return "steps, lease or end without a lease";
  return owns(before.lease.owner, writer) ? undefined : `the lease is ${before.lease.owner}'s`;
}

/** Run ids begin with the name of the process that made them. */
function owns(owner: string, writer: ShopProcess): boolean {
  return owner.startsWith(`${writer.name}-`);
}

function isFinished(progress: StepProgress | undefined): boolean {
  return progress?.state === "done" || progress?.state === "skipped";
}

function hasGivenUp({ news = {} }: ControlRecord): boolean {
  return Object.values(news).some(({ deliveries }) =>
    Object.values(deliveries).some(({ state }) => state === "gave_up"),
  );
}

function attempts(control: ControlRecord, step: string): number {
  return control.steps[step]?.attempts ?? 0;
}

function stepRank(control: ControlRecord, step: string): number {
  return STEP_RANKS[control.steps[step]?.state ?? "todo"];
}
