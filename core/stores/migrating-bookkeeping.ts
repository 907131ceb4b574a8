import { describeError, type Log } from "../log/log.ts";
import type { Bookkeeping } from "./bookkeeping.ts";
import { ORDERS_WAITING } from "./waiting-orders.ts";
import { classifyStripeError } from "../stripe/errors.ts";

/**
 * Notes that took over from those in Stripe. They inherit which orders wait for their owner. They must not inherit the marks of
 * reconciliation, because the first look has to find every order that is to move over. What health remembers for some days is not
 * needed.
 */
export function createMigratingBookkeeping(heir: Bookkeeping, inStripe: Bookkeeping, log: Log): Bookkeeping {
  return {
    ...heir,
    async read(name) {
      const own = await heir.read(name);
      if (own !== undefined || name !== ORDERS_WAITING) return own;
      const inherited = await inStripe.read(name).catch((error: unknown) => {
        // The key of a shop with a table need not have permission to read products.
        if (classifyStripeError(error) !== "key_refused") throw error;
        log.warn("orders_waiting_not_inherited", { error: describeError(error) });
        return undefined;
      });
      return inherited === undefined ? undefined : { text: inherited.text, version: 0 };
    },
  };
}
