/** A step or a message that was begun this often and is still not done is left to a person. */
export const MAX_ATTEMPTS = 12;

const FIRST_RETRY_MS = 30_000;
const LONGEST_RETRY_MS = 3_600_000;

/**
 * When to try again, in ms since 1970, after `attempts` failures: after 30 s, then twice as long each time, up to an hour.
 */
export function nextTryAfter(attempts: number, nowMs: number): number {
  return nowMs + Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.max(0, attempts - 1));
}
