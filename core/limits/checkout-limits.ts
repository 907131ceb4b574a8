import { HttpError, unavailable } from "../http/http-error.ts";
import type { Limit } from "../http/route.ts";
import type { Log } from "../log/log.ts";
import { createAddressHash } from "./address-hash.ts";
import type { CardTestingAlarm } from "../alarms/card-testing-alarm.ts";
import type { Counters } from "../stores/counters.ts";
import { createLimiter, type Limiter } from "./limiter.ts";
import { networksOf, type Networks } from "./network-of.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

/** All callers whose address no host vouches for share one limit. */
const UNKNOWN = "unknown";

export interface CheckoutLimitsOptions {
  perMinute: { address: number; total: number };
  /** What addresses are hashed with, so that none is stored. */
  secret: string;
  counters: Counters;
  alarm: CardTestingAlarm;
  now: () => number;
  log: Log;
}

/** How many times as many checkouts as one address its /56 and its /48 may open: a provider's customers may share them. */
const AROUND = [3, 6] as const;

/** The share of the shop's minute that callers who were here today leave to others, however many they are. */
const LEFT_TO_NEW_CALLERS = 0.25;

/**
 * How many checkouts one address, and the shop as a whole, may open in a minute. It answers 503 when the counters fail.
 *
 * Narrow first: a refused address uses up nothing of the networks around it, nor of what is left to everybody else.
 *
 *     an address ── its /56 ── its /48 ── was here today? ── yes: three quarters of the shop's minute ──┐
 *                                                         └─ no ────────────────────────────────────────┴── the shop's minute
 */
export function createCheckoutLimits(options: CheckoutLimitsOptions): Limit {
  const { perMinute, counters, alarm, now, log } = options;
  const perMinuteOf = (name: string, limit: number): Limiter =>
    createLimiter({ windowMs: MINUTE_MS, counters, now, name, limit });
  const ofAddress = perMinuteOf("checkout-address", perMinute.address);
  const ofNetworks = AROUND.map((times, index) =>
    perMinuteOf(`checkout-network-${index + 1}`, times * perMinute.address),
  );
  const returningLimit = Math.ceil(perMinute.total * (1 - LEFT_TO_NEW_CALLERS));
  const ofReturning = perMinuteOf("checkout-returning", returningLimit);
  const ofShop = perMinuteOf("checkout-total", perMinute.total);
  const hash = createAddressHash(options.secret);

  return {
    async admit(address) {
      const networks = address === undefined ? undefined : networksOf(address);
      if (networks === undefined) await admitOne(ofAddress, UNKNOWN, true);
      else await admitNetworks(networks);
      // Callers that cannot be told apart always count as new.
      const isReturning = networks !== undefined && (await ask(() => wasHereToday(networks, hash, options)));
      if (isReturning) await admitShop(ofReturning);
      await admitShop(ofShop);
    },
  };

  async function admitNetworks({ own, around }: Networks): Promise<void> {
    await admitOne(ofAddress, hash(own));
    for (const [index, network] of around.entries()) {
      const limiter = ofNetworks[index];
      if (limiter !== undefined) await admitOne(limiter, hash(network));
    }
  }

  async function admitOne(limiter: Limiter, key: string, isUnknown = false): Promise<void> {
    const taken = await ask(() => limiter.take(key));
    if (taken.kind === "taken") return;
    if (isUnknown) log.warn("client_address_unknown", { fix: FIX_UNKNOWN_ADDRESS });
    await alarm.report("address_limit");
    throw tooMany(
      "too_many_checkouts",
      "There were too many checkout attempts from your connection. Please wait a minute and try again.",
      taken.retryAfterSeconds,
    );
  }

  async function admitShop(limiter: Limiter): Promise<void> {
    const taken = await ask(() => limiter.take("shop"));
    if (taken.kind === "taken") return;
    await alarm.report("shop_limit");
    throw tooMany(
      "shop_busy",
      "Many people are at the checkout right now. Please wait a minute and try again.",
      taken.retryAfterSeconds,
    );
  }
}

/** Judged by the largest network that one customer may have: a new address in it is not a new caller. */
async function wasHereToday(
  { own, around }: Networks,
  hash: (network: string) => string,
  { counters, now }: CheckoutLimitsOptions,
): Promise<boolean> {
  const day = Math.floor(now() / DAY_MS);
  const name = `checkout-caller/${hash(around.at(-1) ?? own)}/${day}`;
  return (await counters.add(name, 1, (day + 1) * DAY_MS)) > 1;
}

/** Closed rather than unlimited: otherwise thieves would only have to wait for the day the counters fail. */
async function ask<T>(take: () => Promise<T>): Promise<T> {
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

const FIX_UNKNOWN_ADDRESS =
  "The host does not pass on the buyers' addresses, so all buyers share one limit. On Vercel, let the project see the system environment variables; elsewhere raise CHECKOUTS_PER_MINUTE.";
