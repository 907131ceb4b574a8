/**
 * An order's record is no record any more: somebody else has written in its place. No version of the shop will ever read it, so that
 * asking again is of no use. (A record of a newer format is another matter: the newer version reads it.)
 */
export class UnreadableRecordError extends Error {
  override readonly name = "UnreadableRecordError";
  /** The shop's notes hold the order's id: its owner is told, and Stripe need not come back. */
  isNoted = false;
}
