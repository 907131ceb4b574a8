import { HttpError } from "../http/http-error.ts";
import type { Limit } from "../http/route.ts";
import { createMemoryCounters } from "../stores/memory-counters.ts";
import { createLimiter } from "./limiter.ts";
import { networkOf } from "./network-of.ts";

const MINUTE_MS = 60_000;

/** A page that waits for its order asks some thirty times a minute, and a company's people share an address. */
const READS_PER_ADDRESS = 300;
const READS_FROM_UNKNOWN = 1_200;

/**
 * Every guess at an order makes us ask Stripe. Each instance counts for itself: the ids of orders are too long to guess, and a shared
 * count would cost a write for every read of an honest page.
 */
export function createReadLimit(now: () => number): Limit {
  const common = { windowMs: MINUTE_MS, counters: createMemoryCounters(), now };
  const ofAddress = createLimiter({ ...common, name: "read-address", limit: READS_PER_ADDRESS });
  const ofUnknown = createLimiter({ ...common, name: "read-unknown", limit: READS_FROM_UNKNOWN });

  return {
    async admit(address) {
      const network = address === undefined ? undefined : networkOf(address);
      const taken = await (network === undefined ? ofUnknown.take("all") : ofAddress.take(network));
      if (taken.kind === "taken") return;
      throw new HttpError(429, "too_many_looks", "Too many requests at once. Please wait a minute.", {
        headers: { "Retry-After": String(taken.retryAfterSeconds) },
      });
    },
  };
}
