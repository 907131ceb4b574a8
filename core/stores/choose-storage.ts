import type Stripe from "stripe";

import type { Config } from "../config/config.ts";
import { ONLY_SHOP } from "../config/variables.ts";
import type { Log } from "../log/log.ts";
import type { Runtime } from "../runtime.ts";
import type { ShopIdentity } from "../stripe/whose-sale.ts";
import { createGuardedOrderStore } from "./guarded-order-store.ts";
import { createMigratingBookkeeping } from "./migrating-bookkeeping.ts";
import { createMigratingOrderStore } from "./migrating-order-store.ts";
import type { Storage } from "./storage.ts";
import type { StripeOrderStoreOptions } from "./stripe-order-store.ts";
import { createStripeStorage } from "./stripe-storage.ts";
import { createTableGuard } from "./table-guard.ts";
import { createUnnamedStorage } from "./unnamed-storage.ts";

/** Is told of trouble that the storage in Stripe has. */
export type Listener = Pick<Required<StripeOrderStoreOptions>, "reportTrouble" | "refusedVersion">;

/** The storage that the configuration asks for. The AWS SDK is loaded only where it is needed: it would triple the time a function takes to start. */
export async function chooseStorage(
  config: Config,
  identity: ShopIdentity,
  stripe: Stripe,
  { now, log }: Pick<Runtime, "now" | "log">,
  listener: Listener,
): Promise<Storage> {
  const { livemode } = config.stripe;
  const inStripe = createStripeStorage(stripe, { livemode, identity, now, ...listener });
  if (config.dynamodb === undefined) return inStripe;
  const { createDynamodbClient } = await import("./dynamodb-client.ts");
  const { createDynamodbStorage } = await import("./dynamodb-storage.ts");
  const { table } = config.dynamodb;
  const client = createDynamodbClient(config.dynamodb);
  const named = (shopId: string): Storage => createDynamodbStorage(client, table, { livemode, shopId });
  const before =
    config.shopId === ONLY_SHOP
      ? inStripe
      : createUnnamedStorage(named(ONLY_SHOP), inStripe, stripe, identity);
  return onTable(named(config.shopId), before, inStripe, now, log);
}

/**
 * A shop that has grown. What it did `before` is in Stripe; what it did before it had a name is in the table, without one. The mark
 * that reveals a restored table is in Stripe, too.
 */
export function onTable(
  table: Storage,
  before: Pick<Storage, "orders" | "bookkeeping">,
  inStripe: Storage,
  now: () => number,
  log: Log,
): Storage {
  const unguarded = createMigratingOrderStore(table.orders, before.orders);
  const guard = createTableGuard({ own: table.bookkeeping, inStripe: inStripe.bookkeeping, now, log });
  return {
    ...table,
    orders: createGuardedOrderStore(unguarded, guard, now),
    unguarded,
    guard,
    bookkeeping: createMigratingBookkeeping(table.bookkeeping, before.bookkeeping, log),
  };
}
