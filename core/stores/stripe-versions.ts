import { classifyStripeError, isReplayedFailure } from "../stripe/errors.ts";

/** A write is given up after failures of Stripe's have spoilt this many versions in a row. */
const MAX_SPOILT_VERSIONS = 3;

/**
 * Compare-and-set built on Stripe's idempotency. `write(n)` must send version n under a key that names only the version. The first
 * writer of a version wins. A second one, whose write differs at least in its random id, is told that the key was used with other
 * parameters, or, while the first is still under way, that the key is in use. Stripe remembers a key for at least 24 hours. A
 * function that was frozen for longer in the middle of its work must not write when it wakes up, so `isCurrent` is asked before
 * every request.
 * `write` resolves to "not_kept" when the answer does not hold what was sent.
 * https://docs.stripe.com/api/idempotent_requests
 *
 * Stripe also remembers its own failures. A version whose first write ended in a stored 5xx is spoilt: the key belongs to that
 * write for good, so this version can never be written. Only its writer can tell, by sending the very same request again: if the
 * failure comes back as a replay, the next version is free to take. (The SDK does not repeat it by itself, because Stripe mostly
 * says `stripe-should-retry: false`; writes switch its retries off.) If the writer dies before that, the version is free again
 * when Stripe forgets the key; until then every delivery is answered 503.
 */
export async function writeNextVersion(
  expectedVersion: number,
  isCurrent: () => boolean,
  write: (version: number) => Promise<"kept" | "not_kept">,
): Promise<{ version: number } | "conflict"> {
  const last = expectedVersion + MAX_SPOILT_VERSIONS;
  for (let version = expectedVersion + 1; version <= last; version += 1) {
    const result = await attempt(() => write(version), isCurrent, true);
    if (result === "conflict") return "conflict";
    if (result === "written") return { version };
  }
  throw new Error(`Stripe failed to write ${MAX_SPOILT_VERSIONS} versions in a row.`);
}

async function attempt(
  write: () => Promise<"kept" | "not_kept">,
  isCurrent: () => boolean,
  mayRepeat: boolean,
): Promise<"written" | "conflict" | "spoilt"> {
  if (!isCurrent()) return "conflict";
  try {
    // Stripe's answer is compared with what was sent: should it ever be the answer to another writer, that one has won.
    return (await write()) === "kept" ? "written" : "conflict";
  } catch (error) {
    const failure = classifyStripeError(error);
    if (failure === "idempotency_conflict") return "conflict";
    if (isReplayedFailure(error)) return "spoilt";
    // The same request also finds a reply that was lost.
    if (mayRepeat && failure === "unavailable") return attempt(write, isCurrent, false);
    throw error;
  }
}
