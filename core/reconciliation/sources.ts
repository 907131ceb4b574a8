import type Stripe from "stripe";

import { isOurs } from "../checkout/marker.ts";
import type { Deadline } from "../orders/deadline.ts";
import type { OrderId } from "../orders/order.ts";
import type { OrderStore } from "../orders/order-store.ts";
import type { SettleTrigger } from "../orders/settle-order.ts";
import { ORDER_EVENTS } from "../webhook/event-types.ts";
import { findOrders } from "../webhook/find-orders.ts";

/** An order that may need settling, and why. */
export interface Candidate {
  orderId: OrderId;
  trigger: SettleTrigger;
  /** What Stripe has given back, where the list says so: an order that agrees needs no look. */
  refundedMinor?: number;
}

export interface Source {
  name: "open_orders" | "undelivered_events" | "recent_sessions" | "recent_refunds" | "recent_disputes";
  candidates(sinceMs: number, deadline: Deadline): AsyncIterable<Candidate>;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** An event can become visible in Stripe's list later than one that is younger. */
const EVENT_OVERLAP_MS = 15 * MINUTE_MS;

/** A session can be completed up to a day after it was created. */
const SESSION_OVERLAP_MS = DAY_MS + 15 * MINUTE_MS;

/** As long as Stripe tries to deliver the event of a refund or a dispute. */
const DELIVERY_OVERLAP_MS = 3 * DAY_MS;

/**
 * Where an order may be found that nobody told us about. The lists overlap on purpose: Stripe sometimes cannot create an event at
 * all, so that only its list of sessions is complete; and an event may be the only sign of a change to an old session.
 */
export function createSources(stripe: Stripe, store: OrderStore, shopId: string): readonly Source[] {
  return [
    {
      name: "open_orders",
      async *candidates() {
        for await (const orderId of store.listOpen()) yield { orderId, trigger: "reconciliation" };
      },
    },
    {
      name: "undelivered_events",
      async *candidates(sinceMs, deadline) {
        const events = stripe.events.list({
          delivery_success: false,
          types: [...ORDER_EVENTS.keys()],
          created: { gte: toSeconds(sinceMs - EVENT_OVERLAP_MS) },
          limit: 100,
        });
        for await (const { type, data } of events) {
          const meaning = ORDER_EVENTS.get(type);
          const objectId = (data.object as { id?: string }).id;
          if (meaning === undefined || objectId === undefined) continue;
          for (const orderId of await findOrders(stripe, meaning.about, objectId, deadline)) {
            yield { orderId, trigger: meaning.trigger };
          }
        }
      },
    },
    {
      name: "recent_sessions",
      async *candidates(sinceMs) {
        if (store.listsEverySession) return;
        const created = { gte: toSeconds(sinceMs - SESSION_OVERLAP_MS) };
        for await (const session of stripe.checkout.sessions.list({
          created,
          status: "complete",
          limit: 100,
        })) {
          if (isOurs(session.metadata, shopId)) yield { orderId: session.id, trigger: "reconciliation" };
        }
      },
    },
    {
      name: "recent_refunds",
      async *candidates(sinceMs, deadline) {
        const created = { gte: toSeconds(sinceMs - DELIVERY_OVERLAP_MS) };
        const charges = new Set<string>();
        for await (const refund of stripe.refunds.list({ created, limit: 100, expand: ["data.charge"] })) {
          const { charge } = refund;
          if (charge === null || typeof charge === "string" || charges.has(charge.id)) continue;
          charges.add(charge.id);
          for (const orderId of await findOrders(stripe, "refund", refund.id, deadline)) {
            yield { orderId, trigger: "refund", refundedMinor: charge.amount_refunded };
          }
        }
      },
    },
    {
      name: "recent_disputes",
      async *candidates(sinceMs, deadline) {
        const created = { gte: toSeconds(sinceMs - DELIVERY_OVERLAP_MS) };
        for await (const { id } of stripe.disputes.list({ created, limit: 100 })) {
          for (const orderId of await findOrders(stripe, "dispute", id, deadline)) {
            yield { orderId, trigger: "dispute" };
          }
        }
      },
    },
  ];
}

function toSeconds(ms: number): number {
  return Math.max(0, Math.floor(ms / 1000));
}
