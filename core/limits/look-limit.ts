import { HttpError } from "../http/http-error.ts";
import { createMemoryCounters } from "../stores/memory-counters.ts";
import { createLimiter } from "./limiter.ts";
import { networkOf } from "./network-of.ts";

const MINUTE_MS = 60_000;

/** A page that waits for its order asks some thirty times a minute, and a company's people share an address. */
const LOOKS_PER_ADDRESS = 300;
const LOOKS_FROM_UNKNOWN = 1_200;

export interface LookLimit {
  /** @throws HttpError 429 when this address has asked often enough in this minute. */
  admit(address: string | undefined): Promise<void>;
}

/**
 * Every guess at an order makes us ask Stripe. Each instance counts for itself: the ids of orders are too long to guess, and a shared
 * count would cost a write for every look of an honest page.
 */
export function createLookLimit(now: () => number): LookLimit {
  const common = { windowMs: MINUTE_MS, counters: createMemoryCounters(), now };
  const ofAddress = createLimiter({ ...common, name: "look-address", limit: LOOKS_PER_ADDRESS });
  const ofUnknown = createLimiter({ ...common, name: "look-unknown", limit: LOOKS_FROM_UNKNOWN });

  return {
    async admit(address) {
      const network = address === undefined ? undefined : networkOf(address);
      const look = await (network === undefined ? ofUnknown.take("all") : ofAddress.take(network));
      if (look.kind === "taken") return;
      throw new HttpError(429, "too_many_looks", "Too many requests at once. Please wait a minute.", {
        headers: { "Retry-After": String(look.retryAfterSeconds) },
      });
    },
  };
}
