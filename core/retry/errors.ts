/** Trying again is useless, for this order and this effect: an address that does not exist. */
export class NonRetriableError extends Error {
  override readonly name = "NonRetriableError";
}

/** The attempt failed before its effect, or the server has refused it, so a retry cannot repeat the effect. */
export class NotAttemptedError extends Error {
  override readonly name: string = "NotAttemptedError";
}

/**
 * The step cannot succeed for this order or any other until the owner has fixed something: a sender that the mail server refuses,
 * a wrong password. Orders wait, and no attempt is counted. The owner reads the message, which quotes no buyer's data.
 */
export class BlockedStepError extends NotAttemptedError {
  override readonly name = "BlockedStepError";
}

/** The mail server has read the mail and refused it: as it would refuse any mail of this shop, or because of this mail's content. */
export class RefusedMailError extends NotAttemptedError {
  override readonly name = "RefusedMailError";
}
