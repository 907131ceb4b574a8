import type Stripe from "stripe";

import { createDeadline, type Deadline } from "../retry/deadline.ts";
import type { OrderId } from "../orders/order.ts";
import { settleOrder, type SettleOutcome } from "../orders/settle-order.ts";
import type { SettleDependencies } from "../orders/settle-dependencies.ts";
import type { SettleTrigger } from "../orders/settle-trigger.ts";
import { sleep } from "../retry/with-timeout.ts";
import { ORDER_EVENTS } from "./event-types.ts";
import { findOrders } from "./find-orders.ts";
import type { StripeEvent } from "./stripe-event.ts";

export type EventResult =
  | {
      kind: "ignored";
      reason:
        | "ignored_type"
        | "ignored_mode"
        | "ignored_account"
        | "ignored_not_ours"
        /** Stripe has redacted it at the owner's request: it can no longer be followed. */
        | "ignored_redacted";
    }
  | { kind: "settled"; trigger: SettleTrigger; orders: readonly SettledOrder[] };

export interface SettledOrder {
  orderId: OrderId;
  outcome: SettleOutcome;
}

const BUSY_POLL_MS = 250;
const WAIT_WHILE_BUSY_MS = 5_000;

export interface EventDependencies extends SettleDependencies {
  stripe: Stripe;
  livemode: boolean;
}

/**
 * Settles every order that an event is about. The same path for a webhook and for an event that is replayed by hand.
 * @throws when Stripe or the store cannot be reached.
 */
export async function processEvent(
  event: StripeEvent,
  deadline: Deadline,
  dependencies: EventDependencies,
): Promise<EventResult> {
  const meaning = ORDER_EVENTS.get(event.type);
  if (meaning === undefined || event.objectId === undefined)
    return { kind: "ignored", reason: "ignored_type" };
  if (event.livemode !== dependencies.livemode) return { kind: "ignored", reason: "ignored_mode" };
  if (event.account !== undefined) return { kind: "ignored", reason: "ignored_account" };

  const orderIds = await findOrders(dependencies.stripe, meaning.about, event.objectId, deadline);
  const orders: SettledOrder[] = [];
  let wasRedacted = false;
  for (const orderId of orderIds) {
    const outcome = await settleWhileBusy(orderId, meaning.trigger, deadline, dependencies);
    if (outcome.kind !== "not_ours") orders.push({ orderId, outcome });
    else wasRedacted ||= outcome.wasRedacted === true;
  }
  if (orders.length > 0) return { kind: "settled", trigger: meaning.trigger, orders };
  return { kind: "ignored", reason: wasRedacted ? "ignored_redacted" : "ignored_not_ours" };
}

/**
 * Another run that holds the order is mostly done in a moment: wait for its result rather than for Stripe's retry. Waiting asks only
 * the store; Stripe is asked again when the order is free.
 */
async function settleWhileBusy(
  orderId: OrderId,
  trigger: SettleTrigger,
  deadline: Deadline,
  dependencies: SettleDependencies,
): Promise<SettleOutcome> {
  const { now, schedule } = dependencies;
  const patience = createDeadline(now, Math.min(WAIT_WHILE_BUSY_MS, deadline.remainingMs()));
  let outcome = await settleOrder(orderId, trigger, deadline, dependencies);
  while (outcome.kind === "busy" && patience.remainingMs() > 0) {
    await sleep(BUSY_POLL_MS, schedule);
    if (await isHeld(orderId, dependencies)) continue;
    outcome = await settleOrder(orderId, trigger, deadline, dependencies);
  }
  return outcome;
}

async function isHeld(orderId: OrderId, { store, now }: SettleDependencies): Promise<boolean> {
  const lease = (await store.readControl(orderId))?.control.lease;
  return lease !== undefined && lease.untilMs > now();
}
