import type Stripe from "stripe";

import type { OrderStore } from "../orders/order-store.ts";
import type { OrderId } from "../orders/order.ts";
import type { Deadline } from "../retry/deadline.ts";
import { listEvents } from "../stripe/list-events.ts";
import { listPages } from "../stripe/list-pages.ts";
import { isSale } from "../stripe/metadata.ts";
import { soldIn } from "../stripe/session-owner.ts";
import { whoseSale, type ShopIdentity } from "../stripe/whose-sale.ts";
import { ORDER_EVENTS } from "../webhook/event-types.ts";
import { findOrders, traceOrders } from "../webhook/find-orders.ts";
import { isRelevant } from "./is-relevant.ts";
import type { Candidate, Listed, Part, Source } from "./source.ts";
import { CLOCKS_DIFFER_BY_MS } from "./watermark.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** An event can appear in Stripe's list later than a younger one, and the last run's clock may have been fast. */
const EVENT_OVERLAP_MS = 15 * MINUTE_MS + CLOCKS_DIFFER_BY_MS;

/** A session can be completed up to a day after it was created. */
const SESSION_OVERLAP_MS = DAY_MS + EVENT_OVERLAP_MS;

/** As long as Stripe tries to deliver the event of a refund or a dispute. */
const DELIVERY_OVERLAP_MS = 3 * DAY_MS;

/**
 * Changes that only Stripe's events report. A subscription, an old dispute, an old refund and a payment that took weeks are on no list
 * by the time of their change. If the endpoint is missing, or was not given these types, Stripe takes them for delivered.
 */
const LISTED_NOWHERE_ELSE = [
  "checkout.session.async_payment_succeeded",
  "checkout.session.async_payment_failed",
  "customer.subscription.updated",
  "customer.subscription.deleted",
  "customer.subscription.paused",
  "customer.subscription.resumed",
  "invoice.payment_failed",
  "charge.dispute.closed",
  // An inquiry that becomes a dispute, and a decision that is reversed, move money.
  "charge.dispute.funds_withdrawn",
  "charge.dispute.funds_reinstated",
  "refund.failed",
];

/**
 * Where an order can be found that no webhook reported. The lists overlap on purpose: Stripe sometimes cannot create an event at all,
 * so that only its list of sessions is complete; and an event may be the only sign of a change to an old session.
 */
export function createSources(
  stripe: Stripe,
  store: OrderStore,
  waiting: readonly OrderId[],
  identity: ShopIdentity,
): readonly Source[] {
  return [
    {
      name: "flagged_before",
      async *list() {
        for (const orderId of waiting) yield listedOrder(orderId, () => true);
      },
    },
    {
      name: "undelivered_events",
      list: (asked, deadline) =>
        listedEvents([...ORDER_EVENTS.keys()], { delivery_success: false }, () => true, asked, deadline),
    },
    {
      name: "recent_changes",
      list: (asked, deadline) =>
        listedEvents(LISTED_NOWHERE_ELSE, {}, (event) => isRelevant(event, identity), asked, deadline),
    },
    {
      name: "recent_sessions",
      async *list({ sinceMs, after }, deadline) {
        if (store.listsEverySession) return;
        const created = since(sinceMs - SESSION_OVERLAP_MS);
        const sessions = listPages(
          (page, options) => stripe.checkout.sessions.list({ status: "complete", created, ...page }, options),
          deadline,
          { after },
        );
        for await (const session of sessions) {
          const isCandidate = (): boolean =>
            whoseSale(soldIn(session), identity) !== "theirs" && isSale(session);
          yield listedOrder(session.id, isCandidate, session.created * 1000);
        }
      },
    },
    {
      name: "recent_refunds",
      async *list({ sinceMs, after }, deadline) {
        const charges = new Set<string>();
        const created = since(sinceMs - DELIVERY_OVERLAP_MS);
        const refunds = listPages(
          (page, options) => stripe.refunds.list({ expand: ["data.charge"], created, ...page }, options),
          deadline,
          { after },
        );
        for await (const refund of refunds) {
          const { id, charge } = refund;
          if (charge === null || typeof charge === "string" || charges.has(charge.id)) continue;
          charges.add(charge.id);
          yield listedObject(refund, id, async () => {
            const { orderIds, isOfSubscription } = await traceOrders(stripe, "refund", id, deadline);
            const refunded = isOfSubscription ? {} : { refundedMinor: charge.amount_refunded };
            return orderIds.map((orderId) => ({ orderId, trigger: "refund", ...refunded }));
          });
        }
      },
    },
    {
      name: "recent_disputes",
      async *list({ sinceMs, after }, deadline) {
        const created = since(sinceMs - DELIVERY_OVERLAP_MS);
        const disputes = listPages(
          (page, options) => stripe.disputes.list({ created, ...page }, options),
          deadline,
          { after },
        );
        for await (const dispute of disputes) {
          yield listedObject(dispute, dispute.id, async () => {
            const orderIds = await findOrders(stripe, "dispute", dispute.id, deadline);
            return orderIds.map((orderId) => ({ orderId, trigger: "dispute" }));
          });
        }
      },
    },
    // The longest list if it is made from Stripe's list of sessions. Coming last, it has all the time that the others leave.
    {
      name: "open_orders",
      async *list({ after }, deadline) {
        for await (const { orderId, isOpen } of store.listOpen(after, deadline))
          yield listedOrder(orderId, () => isOpen);
      },
    },
  ];

  async function* listedEvents(
    types: readonly string[],
    filter: { delivery_success?: boolean },
    isCandidate: (event: Stripe.Event) => boolean,
    { sinceMs, after }: Part,
    deadline: Deadline,
  ): AsyncIterable<Listed> {
    const asked = { ...filter, created: since(sinceMs - EVENT_OVERLAP_MS), after };
    for await (const { event, cursor } of listEvents(stripe, types, asked, deadline))
      yield listedObject(event, cursor, () => ordersOf(event, isCandidate, deadline));
  }

  async function ordersOf(
    event: Stripe.Event,
    isCandidate: (event: Stripe.Event) => boolean,
    deadline: Deadline,
  ): Promise<readonly Candidate[]> {
    const meaning = ORDER_EVENTS.get(event.type);
    const object = event.data.object as { id?: string; status?: string };
    if (meaning === undefined || object.id === undefined || !isCandidate(event)) return [];
    const { about, trigger } = meaning;
    const orderIds = await findOrders(stripe, about, object.id, deadline);
    const saysStatus = about === "subscription" && object.status !== undefined;
    return orderIds.map((orderId) => ({
      orderId,
      trigger,
      ...(saysStatus && { subscription: object.status }),
    }));
  }
}

function listedOrder(orderId: OrderId, isCandidate: () => boolean, createdMs = 0): Listed {
  return {
    cursor: orderId,
    objectId: orderId,
    createdMs,
    find: async () => (isCandidate() ? [{ orderId, trigger: "reconciliation" }] : []),
  };
}

function listedObject(
  { id, created }: { id: string; created: number },
  cursor: string,
  find: Listed["find"],
): Listed {
  return { cursor, objectId: id, createdMs: created * 1000, find };
}

/** Stripe's parameter for what was created since then. */
function since(sinceMs: number): { gte: number } {
  return { gte: Math.max(0, Math.floor(sinceMs / 1000)) };
}
