import type Stripe from "stripe";

import type { RequestContext, Route } from "../http/endpoint.ts";
import { unavailable, type HttpError } from "../http/http-error.ts";
import { readBody } from "../http/read-body.ts";
import { jsonResponse } from "../http/responses.ts";
import { describeError } from "../log.ts";
import { createDeadline } from "../orders/deadline.ts";
import type { SettleDependencies, SettleOutcome } from "../orders/settle-order.ts";
import type { EventLog } from "../webhook/event-log.ts";
import { parseNotification, type Notification } from "../webhook/notification.ts";
import { processEvent, type SettledOrder } from "../webhook/process-event.ts";
import { verifySignature } from "../webhook/verify-signature.ts";

/** Stripe's events stay far below; nothing larger is hashed. */
const BODY_LIMIT_BYTES = 1024 * 1024;

/** Hosted Checkout keeps the buyer waiting for this answer, 10 s at the most. */
const ANSWER_WITHIN_MS = 8_000;

type WebhookKept = SettleDependencies & { engine: { events: EventLog } };

export interface WebhookDependencies {
  stripe: Stripe;
  webhookSecrets: readonly string[];
  now: () => number;
  keeping: () => Promise<WebhookKept>;
}

/**
 * `POST /api/webhook`: Stripe reports that something happened. 200 means that the order is done, is durably waiting, is
 * flagged for the owner, or is none of ours; anything else makes Stripe come back, for three days in live mode.
 */
export function createWebhookRoute({ stripe, webhookSecrets, now, keeping }: WebhookDependencies): Route {
  return {
    name: "webhook",
    method: "POST",

    async handle(request, context) {
      const body = await readBody(request, BODY_LIMIT_BYTES);
      const signature = request.headers.get("stripe-signature");
      const event = parseNotification(verifySignature(stripe, body, signature, webhookSecrets, now()));
      context.note({ eventId: event.id, eventType: event.type });

      const dependencies = await keeping();
      const { outcome, orders } = await process(event, dependencies);
      context.note({ outcome, orderId: orders.map(({ orderId }) => orderId).join(" ") || undefined });
      await record(event, orders, outcome, dependencies, context);
      const refusal = refusalFor(orders);
      if (refusal !== undefined) throw refusal;
      return jsonResponse(200, { received: true, outcome });
    },
  };
}

interface Processed {
  outcome: string;
  orders: readonly SettledOrder[];
}

async function process(event: Notification, dependencies: SettleDependencies): Promise<Processed> {
  const deadline = createDeadline(dependencies.now, ANSWER_WITHIN_MS);
  const result = await processEvent(event, deadline, dependencies).catch((error: unknown) => {
    throw unavailable("dependency_failed", "The order could not be settled right now.", 30, error);
  });
  if (result.kind === "ignored") return { outcome: result.reason, orders: [] };
  return { outcome: result.orders.map(({ outcome }) => wordFor(outcome)).join(" "), orders: result.orders };
}

/** The trail is for people. That it cannot be written is no reason to make Stripe come back. */
async function record(
  event: Notification,
  orders: readonly SettledOrder[],
  outcome: string,
  { engine, now, log }: WebhookKept,
  { requestId }: RequestContext,
): Promise<void> {
  const orderIds = orders.map(({ orderId }) => orderId);
  try {
    await engine.events.record({ eventId: event.id, type: event.type, orderIds, outcome, atMs: now() });
  } catch (error) {
    log.warn("event_not_recorded", { requestId, eventId: event.id, error: describeError(error) });
  }
}

function wordFor(outcome: SettleOutcome): string {
  if (outcome.kind !== "no_order_yet") return outcome.kind;
  return outcome.facts.status === "expired" ? "abandoned" : "not_completed";
}

/** Undefined when all is well for good; otherwise what makes Stripe come back. */
function refusalFor(orders: readonly SettledOrder[]): HttpError | undefined {
  for (const { outcome } of orders) {
    switch (outcome.kind) {
      case "not_found":
        // The event is signed with our secret, yet our key does not see its session: paid orders would be lost unheard.
        return unavailable(
          "session_not_found",
          "This session does not exist for STRIPE_SECRET_KEY: it and STRIPE_WEBHOOK_SECRET must belong to the same Stripe account.",
          60,
        );
      case "busy":
        return unavailable("order_busy", "Another delivery is settling this order.", 10);
      case "unfinished":
        return unavailable(outcome.reason, "The order is recorded and not complete yet.", 30);
      case "fulfilled":
      case "awaiting_payment":
      case "payment_failed":
      case "expired":
      case "needs_attention":
      case "no_order_yet":
      case "not_ours":
        break;
    }
  }
  return undefined;
}
