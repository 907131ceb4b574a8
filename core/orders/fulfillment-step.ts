import type { OrderSnapshot } from "./order.ts";
import type { OrderTransition } from "./transitions.ts";

/**
 * One effect that an order owes after a transition. Steps on `paid` run in a fixed order, each done before the next begins, and the
 * record names each with its progress. On any other transition one step can run: its progress is in the outbox (`outbox/step-of.ts`),
 * and `whenRevoked` and `whenUncertain` do not count there. A newer transition replaces it, and it is repeated until its end is known.
 */
export interface FulfillmentStep {
  /** A step on `paid` stands under it in the control record for as long as the order lives: never rename one. */
  name: string;
  on: readonly OrderTransition[];
  /** What happens to the step if the purchase is revoked before its turn: refunded in full, a dispute lost. */
  whenRevoked: "run" | "skip";
  /**
   * What happens to the step when an attempt began and its outcome is unknown: a function died in it, an answer was lost.
   * `repeat`: the effect may happen twice. `flag`: it happens at most once, and the owner is asked to look.
   */
  whenUncertain: "repeat" | "flag";
  /** The step is not begun with less time than this, in ms: cut off in the middle, its effect might come twice. */
  needsMs: number;
  /**
   * Has the effect. It may be called again after a crash, always with the same key, so an effect that can take a key must pass it
   * on. Resolves to "skipped" when there is nothing to do, or nothing to do it with. Rejects with `NonRetriableError` when a retry
   * is useless, with `BlockedStepError` when it is useless for every order until the owner fixes something, and with `NotAttemptedError`
   * when the effect certainly did not happen. Any other rejection is tried again later, too.
   */
  run(order: OrderSnapshot, attempt: StepAttempt): Promise<"done" | "skipped">;
}

interface StepAttempt {
  /** The same for every attempt: `<step>/<session id>`; after `revoked` or `restored`, `<transition>/<session id>/<count>`. */
  idempotencyKey: string;
  /** 1 for the first. */
  number: number;
  /** Aborted when the step has run out of time. */
  signal: AbortSignal;
}

/** In the order in which they run. */
export function stepsOn(
  transition: OrderTransition,
  steps: readonly FulfillmentStep[],
): readonly FulfillmentStep[] {
  return steps.filter(({ on }) => on.includes(transition));
}
