const STEP_MS = 5 * 60_000;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Our clock may be this far from Stripe's, which refuses less than 30 minutes and more than 24 hours. */
const MARGIN_MS = MINUTE_MS;

export interface SessionExpiry {
  /** Part of the idempotency key: a session that expires at another time is another request. */
  step: number;
  atSeconds: number;
}

/**
 * When a session that is opened now expires: after `minutes`, or up to six more. The same for every try within five minutes, because
 * a retry must repeat its parameters exactly. A try in the next step opens another session, and the first one expires.
 *
 *     |---- step ----|---- step ----|                      now in the first step
 *                    |--- margin + minutes ---|  atSeconds
 */
export function sessionExpiry(nowMs: number, minutes: number): SessionExpiry {
  const step = Math.floor(nowMs / STEP_MS);
  const startMs = step * STEP_MS;
  const wantedMs = startMs + STEP_MS + MARGIN_MS + minutes * MINUTE_MS;
  const latestMs = startMs + DAY_MS - MARGIN_MS;
  return { step, atSeconds: Math.min(wantedMs, latestMs) / 1_000 };
}
