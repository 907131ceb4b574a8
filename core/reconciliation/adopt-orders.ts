import type Stripe from "stripe";

import { isSale } from "../stripe/metadata.ts";
import { isOurSession } from "../stripe/session-owner.ts";
import type { ShopIdentity } from "../stripe/whose-sale.ts";
import type { ReadFacts } from "../orders/facts.ts";
import { stepsOn, type FulfillmentStep } from "../orders/fulfillment-step.ts";
import { isTerminal, mergeFacts, newControl } from "../orders/control-record.ts";
import type { Deadline } from "../retry/deadline.ts";
import type { OrderId } from "../orders/order.ts";
import type { OrderStore } from "../orders/order-store.ts";
import { listPages } from "../stripe/list-pages.ts";
import { withinDeadline } from "../stripe/within-deadline.ts";
import { updateControl, type ControlDraft, type UpdateDependencies } from "../orders/update-control.ts";

/** A bank debit may be paid this long after it was opened. */
const LONGEST_PAYMENT_MS = 31 * 24 * 3_600_000;

export interface AdoptDependencies extends UpdateDependencies {
  stripe: Stripe;
  /** Without its guard. */
  store: OrderStore;
  readFacts: ReadFacts;
  identity: ShopIdentity;
  steps: readonly FulfillmentStep[];
}

/**
 * Marks as delivered every paid order that is missing from the table or unfinished there. No mail is sent, and none of the owner's
 * code runs. This is for a restored table, which has forgotten what happened after `sinceMs`. The orders in `except` are left as
 * they are: the next run delivers them. Resolves to the orders that were adopted.
 */
export async function adoptOrders(
  { sinceMs, except }: { sinceMs: number; except: readonly OrderId[] },
  deadline: Deadline,
  dependencies: AdoptDependencies,
): Promise<readonly OrderId[]> {
  const { stripe, identity } = dependencies;
  const adopted: OrderId[] = [];
  const created = { gte: Math.max(0, Math.floor((sinceMs - LONGEST_PAYMENT_MS) / 1000)) };
  const sessions = listPages(
    (page, options) => stripe.checkout.sessions.list({ status: "complete", created, ...page }, options),
    deadline,
  );
  for await (const session of sessions) {
    if (!isSale(session) || except.includes(session.id)) continue;
    if (!(await isOurSession(stripe, session, identity, withinDeadline(deadline)))) continue;
    if (await adopt(session.id, deadline, dependencies)) adopted.push(session.id);
  }
  return adopted;
}

async function adopt(
  orderId: OrderId,
  deadline: Deadline,
  dependencies: AdoptDependencies,
): Promise<boolean> {
  const { readFacts, store, steps } = dependencies;
  const { written } = await updateControl(orderId, dependencies, async (current) => {
    if (current !== undefined && isTerminal(current)) return undefined;
    const look = { known: undefined, lookForDisputes: true };
    const truth = await readFacts(orderId, { isHeld: current !== undefined, look }, deadline);
    if (truth.kind !== "session" || truth.facts.state !== "paid") return undefined;
    if (current === undefined) await store.createSnapshot(truth.facts.snapshot);
    return asDelivered(mergeFacts(current ?? newControl(), truth.facts), steps);
  });
  return written;
}

function asDelivered(
  { lease: _lease, nextTryMs: _next, ...control }: ControlDraft,
  steps: readonly FulfillmentStep[],
): ControlDraft {
  const skipped = stepsOn("paid", steps).map(({ name }) => {
    const { state, attempts } = control.steps[name] ?? { state: "skipped", attempts: 0 };
    return [name, { state: state === "done" ? state : "skipped", attempts } as const] as const;
  });
  return {
    ...control,
    // A run that still holds a lease on it has lost it.
    fence: control.fence + 1,
    state: "fulfilled",
    steps: Object.fromEntries(skipped),
  };
}
