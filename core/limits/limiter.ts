import RateLimiterRes from "rate-limiter-flexible/lib/RateLimiterRes.js";
import RateLimiterStoreAbstract from "rate-limiter-flexible/lib/RateLimiterStoreAbstract.js";

import type { Counters } from "./counters.ts";

export interface Limiter {
  /**
   * Takes one of what `key` has left in this window.
   * @throws when the counters cannot be reached.
   */
  take(key: string): Promise<Taken>;
}

type Taken = { kind: "taken" } | { kind: "refused"; retryAfterSeconds: number };

export interface LimiterOptions {
  /** Tells apart limiters that count in the same place. */
  name: string;
  limit: number;
  windowMs: number;
  counters: Counters;
  now: () => number;
}

/**
 * At most `limit` per key and window, by the limiter library with our counters behind it. Windows begin at the same moment
 * everywhere (each full minute, say), so a window is part of the counter's name and one atomic addition is all it takes. A key that
 * used up its window is remembered here: however often it comes back, it costs no more counting.
 */
export function createLimiter({ name, limit, windowMs, counters, now }: LimiterOptions): Limiter {
  const limiter = new CountingLimiter(counters, now, {
    keyPrefix: name,
    points: limit,
    duration: windowMs / 1_000,
    inMemoryBlockOnConsumed: limit + 1,
    storeClient: counters,
  });

  return {
    async take(key) {
      const window = Math.floor(now() / windowMs);
      try {
        await limiter.consume(`${key}/${window}`);
        return { kind: "taken" };
      } catch (refusal) {
        // The library throws its refusals; everything else is a failure of the counters.
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        const retryAfterMs = (window + 1) * windowMs - now();
        return { kind: "refused", retryAfterSeconds: Math.max(1, Math.ceil(retryAfterMs / 1_000)) };
      }
    },
  };
}

type LibraryOptions = ConstructorParameters<typeof RateLimiterStoreAbstract>[0];

/** A class because the library asks for one. */
class CountingLimiter extends RateLimiterStoreAbstract {
  readonly #counters: Counters;
  readonly #now: () => number;

  constructor(counters: Counters, now: () => number, options: LibraryOptions) {
    super(options);
    this.#counters = counters;
    this.#now = now;
  }

  protected override _upsert(key: string, points: number, durationMs: number): Promise<unknown> {
    return this.#counters.add(key, points, this.#now() + durationMs);
  }

  protected override _getRateLimiterRes(
    _key: string,
    changedPoints: number,
    stored: unknown,
  ): RateLimiterRes {
    const consumed = Number(stored);
    const remaining = Math.max(0, this.points - consumed);
    return new RateLimiterRes(remaining, this.msDuration, consumed, consumed === changedPoints);
  }
}
