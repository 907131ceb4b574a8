/**
 * Another program has overwritten an order's record. No version of the shop can read it, so a retry is useless. (A record of a newer
 * format is another matter: the newer version reads it.)
 */
export class UnreadableRecordError extends Error {
  override readonly name = "UnreadableRecordError";
  /** The shop's notes hold the order's id, so its owner is told, and Stripe need not retry. */
  isNoted = false;
}
