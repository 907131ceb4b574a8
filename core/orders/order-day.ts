const DAY_MS = 24 * 3_600_000;

/**
 * The first moment after `ms` that lies a whole number of days after the purchase. Times in a mail are rounded to it, so all attempts
 * within one day of the order's life write the same mail: mail services refuse a different text under the same key.
 */
export function endOfOrderDay(createdMs: number, ms: number): number {
  return createdMs + (Math.floor((ms - createdMs) / DAY_MS) + 1) * DAY_MS;
}
