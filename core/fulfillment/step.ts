import type { OrderSnapshot } from "../orders/order.ts";

/** One effect that a paid order owes. Steps run in a fixed order; each is done before the next begins. */
export interface FulfillmentStep {
  /** Stands in the control record for as long as the order lives: never rename one. */
  name: string;
  /** What becomes of the step when the purchase was revoked before its turn: refunded in full, a dispute lost. */
  whenRevoked: "run" | "skip";
  /**
   * Has the effect. It may be asked again after a crash, always with the same key, so an effect that can take a key must
   * pass it on. Resolves to "skipped" when there was nothing to do it with or for. Rejects with `PermanentStepError` when trying again is useless; any other rejection is tried again later.
   */
  run(order: OrderSnapshot, attempt: StepAttempt): Promise<"done" | "skipped">;
}

interface StepAttempt {
  /** `<step>/<session id>`, the same for every attempt. */
  idempotencyKey: string;
  /** 1 for the first. */
  number: number;
  /** Aborted when the step has run out of time. */
  signal: AbortSignal;
}

export class PermanentStepError extends Error {
  override readonly name = "PermanentStepError";
}
