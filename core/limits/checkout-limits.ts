import { createHmac } from "node:crypto";

import { HttpError, unavailable } from "../http/http-error.ts";
import type { Log } from "../log.ts";
import { deriveKey } from "../signing/derive-key.ts";
import type { CardTestingAlarm } from "./card-testing-alarm.ts";
import type { Counters } from "./counters.ts";
import { createLimiter, type Taken } from "./limiter.ts";
import { networkOf } from "./network-of.ts";

const MINUTE_MS = 60_000;

/** All callers whose address no host vouches for share one limit. */
const UNKNOWN = "unknown";

export interface CheckoutLimits {
  /**
   * Lets one more checkout be opened by the caller at `address`; undefined when no host vouches for one.
   * @throws HttpError 429 when this address, or the shop as a whole, has opened enough in this minute; 503 when nobody can tell.
   */
  admit(address: string | undefined): Promise<void>;
}

export interface CheckoutLimitsOptions {
  perMinute: { address: number; total: number };
  /** What addresses are hashed with, so that none is stored. */
  secret: string;
  counters: Counters;
  alarm: CardTestingAlarm;
  now: () => number;
  log: Log;
}

export function createCheckoutLimits(options: CheckoutLimitsOptions): CheckoutLimits {
  const { perMinute, counters, alarm, now, log } = options;
  const common = { windowMs: MINUTE_MS, counters, now };
  const ofAddress = createLimiter({ ...common, name: "checkout-address", limit: perMinute.address });
  const ofShop = createLimiter({ ...common, name: "checkout-total", limit: perMinute.total });
  const hash = createHash(options.secret);

  return {
    async admit(address) {
      const network = address === undefined ? undefined : networkOf(address);
      const own = await ask(() => ofAddress.take(network === undefined ? UNKNOWN : hash(network)));
      if (own.kind === "refused") {
        if (network === undefined) log.warn("client_address_unknown", { fix: FIX_UNKNOWN_ADDRESS });
        await alarm.report("address_limit");
        throw tooMany(
          "too_many_checkouts",
          "The checkout was opened too often from here. Please wait a minute and try again.",
          own.retryAfterSeconds,
        );
      }
      // Asked second: what a single address is refused must not use up what is left to everybody else.
      const shop = await ask(() => ofShop.take("shop"));
      if (shop.kind === "refused") {
        await alarm.report("shop_limit");
        throw tooMany(
          "shop_busy",
          "Many people are at the checkout right now. Please wait a minute and try again.",
          shop.retryAfterSeconds,
        );
      }
    },
  };
}

/** Closed rather than unlimited: thieves would only have to wait for the day the counters fail. */
async function ask(take: () => Promise<Taken>): Promise<Taken> {
  try {
    return await take();
  } catch (cause) {
    const message = "The checkout cannot be opened right now. Please try again in a moment.";
    throw unavailable("limits_unavailable", message, 5, cause);
  }
}

function tooMany(code: string, message: string, retryAfterSeconds: number): HttpError {
  return new HttpError(429, code, message, { headers: { "Retry-After": String(retryAfterSeconds) } });
}

function createHash(secret: string): (address: string) => string {
  const key = deriveKey(secret, "network-address");
  return (address) => createHmac("sha256", key).update(address).digest("base64url");
}

const FIX_UNKNOWN_ADDRESS =
  "The host does not tell who calls, so all buyers share one limit. On Vercel, let the project see the system environment variables; elsewhere raise CHECKOUTS_PER_MINUTE.";
