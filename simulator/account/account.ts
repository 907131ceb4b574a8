import type { World } from "../state/world.ts";
import type { DeliveryQueue } from "../webhooks/delivery-queue.ts";
import { createDisputeOperations, type DisputeOperations } from "./disputes.ts";
import { createEventOperations, type EventOperations } from "./events.ts";
import { createPaymentOperations, type PaymentOperations } from "./payments.ts";
import { createPriceOperations, type PriceOperations } from "./prices.ts";
import { createSubscriptionOperations, type SubscriptionOperations } from "./subscriptions.ts";

/** What happens in the dashboard, at banks and inside Stripe, for tests and for a developer's panel. */
export type Account = PaymentOperations &
  DisputeOperations &
  SubscriptionOperations &
  EventOperations &
  PriceOperations;

export interface AccountSurroundings {
  world: World;
  /** Does something to the state, and everything that follows from it. */
  change<T>(transition: () => T): T;
  queue: DeliveryQueue;
}

export function createAccount(surroundings: AccountSurroundings): Account {
  return {
    ...createPaymentOperations(surroundings),
    ...createDisputeOperations(surroundings),
    ...createSubscriptionOperations(surroundings),
    ...createEventOperations(surroundings),
    ...createPriceOperations(surroundings),
  };
}
