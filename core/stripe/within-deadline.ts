import type Stripe from "stripe";

import type { Deadline } from "../retry/deadline.ts";

/** Hosted Checkout holds the buyer up to 10 s for our answer; nothing we ask of Stripe may take longer than this. */
export const REQUEST_TIMEOUT_MS = 8_000;

/** With less time left than this, Stripe's answer would come too late. */
const SHORTEST_CALL_MS = 200;

/** Stripe was not asked. */
export class OutOfTimeError extends Error {
  override readonly name = "OutOfTimeError";
}

/**
 * Options that keep one call, and the SDK's single retry of it, within the time that is left.
 * @throws OutOfTimeError when too little is left to ask at all.
 */
export function withinDeadline(deadline: Deadline): Stripe.RequestOptions {
  const remainingMs = deadline.remainingMs();
  if (remainingMs < 2 * SHORTEST_CALL_MS) throw new OutOfTimeError("No time is left to ask Stripe.");
  return { timeout: Math.min(REQUEST_TIMEOUT_MS, Math.floor(remainingMs / 2)) };
}
