import { BlockedStepError, NotAttemptedError, NonRetriableError, RefusedMailError } from "../retry/errors.ts";
import type { FulfillmentStep } from "./fulfillment-step.ts";
import { describeError, errorName } from "../log/log.ts";
import { flagForAttention } from "./control-record.ts";
import type { OrderSnapshot } from "./order.ts";
import type { Result } from "./result.ts";
import { MAX_ATTEMPTS } from "../retry/backoff.ts";
import type { SettleDependencies } from "./settle-dependencies.ts";
import { enqueueNotifications } from "./outbox/enqueue-notifications.ts";
import { blockStep, failStep, finishStep, skipStep } from "./step-progress.ts";
import { withTimeout } from "../retry/with-timeout.ts";

export interface StepTry {
  /** 1 for the first attempt. */
  number: number;
  timeoutMs: number;
  /** Something has failed for this order before. */
  isRetry: boolean;
  /** Takes the attempt back. */
  unbegin: Result["change"];
}

/** Runs one step that was begun. Resolves to its outcome, whatever that is. */
export async function runStep(
  step: FulfillmentStep,
  order: OrderSnapshot,
  attempt: StepTry,
  dependencies: SettleDependencies,
): Promise<Result & { hasFailed: boolean }> {
  const { now, schedule, log, blockedSteps } = dependencies;
  const { number, timeoutMs, isRetry } = attempt;
  const { orderId } = order;
  const idempotencyKey = `${step.name}/${orderId}`;
  try {
    const result = await withTimeout(timeoutMs, schedule, (signal) =>
      step.run(order, { idempotencyKey, number, signal }),
    );
    const record = result === "skipped" ? skipStep : finishStep;
    return {
      hasFailed: false,
      change: (current) => record(current, step.name),
      afterCommit: () => blockedSteps.clear(step.name, isRetry),
    };
  } catch (error) {
    // A refusal may be this mail's own fault. While other orders' mails wait for the owner, it waits with them.
    const mustWait =
      error instanceof BlockedStepError ||
      (error instanceof RefusedMailError && (await blockedSteps.stands(step.name)));
    if (mustWait) return { hasFailed: true, ...waitForOwner(step, error, attempt, orderId, dependencies) };
    const reason = describeError(error);
    const isOver = error instanceof NonRetriableError || number >= MAX_ATTEMPTS;
    if (isOver) return { hasFailed: true, ...giveUpStep(step, reason, orderId, dependencies) };
    const failure = { error: `${step.name}: ${reason}`, hadNoEffect: error instanceof NotAttemptedError };
    return {
      hasFailed: true,
      change: (current) => failStep(current, step.name, failure, now()),
      afterCommit: () =>
        log.warn("step_failed", { orderId, step: step.name, attempt: number, error: errorName(error) }),
    };
  }
}

/** The order waits for the owner like all others, and the attempt does not count. */
function waitForOwner(
  step: FulfillmentStep,
  { message }: Error,
  { unbegin }: StepTry,
  orderId: string,
  { now, log, blockedSteps }: SettleDependencies,
): Result {
  return {
    change: (current) => blockStep(unbegin(current), `${step.name}: ${message}`, now()),
    async afterCommit() {
      log.warn("step_waits", { orderId, step: step.name, reason: message });
      await blockedSteps.report(step.name, message);
    },
  };
}

/** The log says so once the flag, and with it the owner's notification, is durable. */
export function giveUpStep(
  step: FulfillmentStep,
  reason: string,
  orderId: string,
  dependencies: SettleDependencies,
): Result {
  const { log } = dependencies;
  return {
    change: (current) =>
      enqueueNotifications(current, flagForAttention(current, `${step.name}: ${reason}`), dependencies),
    afterCommit: () => log.error("order_needs_attention", { orderId, step: step.name }),
  };
}
