import type Stripe from "stripe";

import { isOurSession } from "../stripe/session-owner.ts";
import type { ShopIdentity } from "../stripe/whose-sale.ts";
import type { OrderId } from "../orders/order.ts";
import { classifyStripeError } from "../stripe/errors.ts";
import type { Storage } from "./storage.ts";

const REQUEST = { timeout: 2_000 };

/**
 * What a shop had before it was given a name: in the table under the keys of shops without one, and before that in Stripe. It is only
 * read, by a store that takes over. Another shop without a name may have used the same table, so an order found there counts only if
 * Stripe says that it is ours.
 */
export function createUnnamedStorage(
  inTable: Storage,
  inStripe: Storage,
  stripe: Stripe,
  identity: ShopIdentity,
): Pick<Storage, "orders" | "bookkeeping"> {
  async function isOurs(orderId: OrderId): Promise<boolean> {
    try {
      const session = await stripe.checkout.sessions.retrieve(orderId, {}, REQUEST);
      return await isOurSession(stripe, session, identity, REQUEST);
    } catch (error) {
      if (classifyStripeError(error) === "not_found") return false;
      throw error;
    }
  }

  return {
    orders: {
      ...inStripe.orders,
      async readControl(orderId) {
        const stored = await inTable.orders.readControl(orderId);
        if (stored === undefined) return inStripe.orders.readControl(orderId);
        return (await isOurs(orderId)) ? stored : undefined;
      },
      async readSnapshot(orderId, fresh) {
        const snapshot = await inTable.orders.readSnapshot(orderId, fresh);
        if (snapshot === undefined) return inStripe.orders.readSnapshot(orderId, fresh);
        return (await isOurs(orderId)) ? snapshot : undefined;
      },
    },
    bookkeeping: {
      ...inStripe.bookkeeping,
      read: async (name) => (await inTable.bookkeeping.read(name)) ?? inStripe.bookkeeping.read(name),
    },
  };
}
