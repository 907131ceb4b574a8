import type { OrderSnapshot } from "../orders/order.ts";

/** One effect that a paid order owes. Steps run in a fixed order; each is done before the next begins. */
export interface FulfillmentStep {
  /** Stands in the control record for as long as the order lives: never rename one. */
  name: string;
  /** What becomes of the step when the purchase was revoked before its turn: refunded in full, a dispute lost. */
  whenRevoked: "run" | "skip";
  /**
   * What becomes of the step when an attempt began and nobody knows how it ended: a function died in it, an answer was lost.
   * `repeat`: the effect may happen twice. `flag`: it happens at most once, and the owner is asked to look.
   */
  whenUncertain: "repeat" | "flag";
  /** The step is not begun with less time than this, in ms: cut off in the middle, its effect might come twice. */
  needsMs: number;
  /**
   * Has the effect. It may be asked again after a crash, always with the same key, so an effect that can take a key must
   * pass it on. Resolves to "skipped" when there was nothing to do it with or for. Rejects with `PermanentStepError` when trying
   * again is useless, with `BlockedStepError` when it is so for every order until the owner mends something, with `NoEffectError`
   * when it certainly had no effect; any other rejection is tried again later, too.
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

/** The attempt failed before its effect: trying again cannot have it twice. */
export class NoEffectError extends Error {
  override readonly name: string = "NoEffectError";
}

/**
 * The step cannot succeed for this order or any other until the owner has fixed something: a sender that the mail server refuses,
 * a password. Orders wait, and no attempt is counted. The owner reads the message, which quotes no buyer's data.
 */
export class BlockedStepError extends NoEffectError {
  override readonly name = "BlockedStepError";
}

/** The mail server has read the mail and refused it, as it would refuse any mail of this shop, or because of this mail's content. */
export class RefusedMailError extends NoEffectError {
  override readonly name = "RefusedMailError";
}
