import { shorten, type StepProgress } from "./order.ts";
import { nextTryAfter } from "../retry/backoff.ts";
import type { ControlDraft } from "./update-control.ts";

/** The progress of an order's steps: the changes that its record goes through for them, as pure functions. */

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
 * The order waits for its next try. The step stays "started" if it may have had its effect. A failure that certainly had none is
 * recorded as such, for steps that must not be repeated on a mere suspicion.
 */
export function failStep(
  control: ControlDraft,
  step: string,
  failure: { error: string; hadNoEffect: boolean },
  nowMs: number,
): ControlDraft {
  const failed = failure.hadNoEffect ? noteNoEffect(control, step) : control;
  const nextTryMs = nextTryAfter(attemptsOf(control, step), nowMs);
  return { ...failed, lastError: shorten(failure.error), nextTryMs };
}

/** Short, so that a run after the owner's fix finds every order due. */
const BLOCKED_FOR_MS = 60_000;

/** The order cannot help itself. It waits until the owner fixes the cause. */
export function blockStep(control: ControlDraft, error: string, nowMs: number): ControlDraft {
  return { ...control, lastError: shorten(error), nextTryMs: nowMs + BLOCKED_FOR_MS };
}

/** The attempt that was begun is over, and its effect did not happen. */
function noteNoEffect(control: ControlDraft, step: string): ControlDraft {
  return withStep(control, step, { state: "failed", attempts: attemptsOf(control, step) });
}

/** The attempt was written down but not made, so it does not count. `before` is the step as it stood before. */
export function unbeginStep(
  control: ControlDraft,
  step: string,
  before: StepProgress | undefined,
): ControlDraft {
  const isBegun =
    isUncertain(control.steps[step]) && attemptsOf(control, step) === (before?.attempts ?? 0) + 1;
  return isBegun ? withStep(control, step, before ?? { state: "failed", attempts: 0 }) : control;
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

function withStep(control: ControlDraft, step: string, progress: StepProgress): ControlDraft {
  return { ...control, steps: { ...control.steps, [step]: progress } };
}
