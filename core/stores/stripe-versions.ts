import { classifyStripeError, isReplayedFailure, isStripeFailure } from "../stripe/errors.ts";

/** So many versions in a row may be spoilt by failures of Stripe's before a write is given up. */
const MAX_SPOILT_VERSIONS = 3;

/**
 * Compare-and-set made of Stripe's idempotency. `write(n)` must send version n under a key that names the version and nothing
 * else. The first writer of a version wins; a second one, whose write differs at least in its random id, is told that the key was
 * used with other parameters, or, while the first is still under way, that the key is in use. Stripe remembers a key for 24 hours
 * at least, and a function that read a record lives for seconds, so nobody comes back with a version that old.
 * https://docs.stripe.com/api/idempotent_requests
 *
 * Stripe also remembers its own failures. A version whose first write ended in a stored 5xx is spoilt: the key belongs to that
 * write for good, so nobody can ever write this version. Only its writer can tell, by sending the very same request again: when the
 * failure comes back as a replay, the next version is free to take. (The SDK does not repeat it by itself, because Stripe mostly
 * says `stripe-should-retry: false`.) Should the writer die before that, the version is free again when Stripe forgets the key,
 * and until then every delivery is answered 503.
 */
export async function writeNextVersion(
  expectedVersion: number,
  write: (version: number) => Promise<unknown>,
): Promise<{ version: number } | "conflict"> {
  const last = expectedVersion + MAX_SPOILT_VERSIONS;
  for (let version = expectedVersion + 1; version <= last; version += 1) {
    const result = await attempt(() => write(version), true);
    if (result === "conflict") return "conflict";
    if (result === "written") return { version };
  }
  throw new Error(`Stripe failed to write ${MAX_SPOILT_VERSIONS} versions in a row.`);
}

async function attempt(
  write: () => Promise<unknown>,
  mayRepeat: boolean,
): Promise<"written" | "conflict" | "spoilt"> {
  try {
    await write();
    return "written";
  } catch (error) {
    if (classifyStripeError(error) === "idempotency_conflict") return "conflict";
    if (isReplayedFailure(error)) return "spoilt";
    if (mayRepeat && isStripeFailure(error)) return attempt(write, false);
    throw error;
  }
}
