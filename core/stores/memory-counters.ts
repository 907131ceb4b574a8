import type { Counters } from "./counters.ts";

const MAX_COUNTERS = 10_000;

/**
 * Counts what this instance sees. Other instances count for themselves, and a new one starts at zero. Bounded: the least recently
 * used counter goes first.
 */
export function createMemoryCounters(): Counters {
  const sums = new Map<string, number>();

  return {
    async add(name, amount) {
      const sum = (sums.get(name) ?? 0) + amount;
      // A map keeps its entries in the order in which they came.
      sums.delete(name);
      sums.set(name, sum);
      const [oldest] = sums.keys();
      if (sums.size > MAX_COUNTERS && oldest !== undefined) sums.delete(oldest);
      return sum;
    },
  };
}
