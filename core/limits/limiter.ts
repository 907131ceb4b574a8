import type { Counters } from "../stores/counters.ts";

export interface Limiter {
  /**
   * Takes one of what is left to `key` in this window.
   * @throws when the counters cannot be reached: nothing is known then.
   */
  take(key: string): Promise<Taken>;
}

type Taken = { kind: "taken" } | { kind: "refused"; retryAfterSeconds: number };

export interface LimiterOptions {
  /** Tells limiters apart that count in the same place. */
  name: string;
  limit: number;
  windowMs: number;
  counters: Counters;
  now: () => number;
}

/**
 * At most `limit` per key and window. Windows begin at the same moment everywhere (each full minute, say), so a window is part of the
 * counter's name, and one atomic addition is all it takes. This instance remembers which keys have used up their window: however
 * often they come back, they are not counted any more.
 */
export function createLimiter({ name, limit, windowMs, counters, now }: LimiterOptions): Limiter {
  let usedUp = { window: 0, keys: new Set<string>() };

  return {
    async take(key) {
      const window = Math.floor(now() / windowMs);
      const endMs = (window + 1) * windowMs;
      if (usedUp.window !== window) usedUp = { window, keys: new Set() };
      if (!usedUp.keys.has(key)) {
        const sum = await counters.add(`${name}:${key}/${window}`, 1, endMs);
        if (sum <= limit) return { kind: "taken" };
        if (usedUp.window === window) usedUp.keys.add(key);
      }
      return { kind: "refused", retryAfterSeconds: Math.max(1, Math.ceil((endMs - now()) / 1_000)) };
    },
  };
}
