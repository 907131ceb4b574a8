import type Stripe from "stripe";

import { createDeadline } from "../orders/deadline.ts";
import type { OrderId } from "../orders/order.ts";
import { settleOrder, type SettleDependencies, type SettleOutcome } from "../orders/settle-order.ts";
import { sleep } from "../orders/with-timeout.ts";
import type { RequestContext, Route } from "../http/endpoint.ts";
import { HttpError, unavailable } from "../http/http-error.ts";
import { readBody } from "../http/read-body.ts";
import { jsonResponse } from "../http/responses.ts";
import { SETTLING_EVENTS } from "../webhook/event-types.ts";
import { parseNotification } from "../webhook/notification.ts";
import { verifySignature } from "../webhook/verify-signature.ts";

/** Stripe's events stay far below; nothing larger is hashed. */
const BODY_LIMIT_BYTES = 1024 * 1024;

/** Hosted Checkout keeps the buyer waiting for this answer, 10 s at the most. */
const ANSWER_WITHIN_MS = 8_000;

const BUSY_POLL_MS = 250;
const WAIT_WHILE_BUSY_MS = 5_000;

export interface WebhookDependencies {
  stripe: Stripe;
  webhookSecrets: readonly string[];
  livemode: boolean;
  now: () => number;
  /** Loads what settling needs; not called for an event that is none of our business. */
  settling: () => Promise<SettleDependencies>;
}

/**
 * `POST /api/webhook`: Stripe reports that something happened. 200 means that the order is done, is durably waiting, is
 * flagged for the owner, or is none of ours; anything else makes Stripe come back, for three days in live mode.
 */
export function createWebhookRoute({
  stripe,
  webhookSecrets,
  livemode,
  now,
  settling,
}: WebhookDependencies): Route {
  return {
    name: "webhook",
    method: "POST",

    async handle(request, context) {
      const body = await readBody(request, BODY_LIMIT_BYTES);
      const signature = request.headers.get("stripe-signature");
      const event = parseNotification(verifySignature(stripe, body, signature, webhookSecrets, now()));
      context.note({ eventId: event.id, eventType: event.type });

      if (!SETTLING_EVENTS.has(event.type)) return acknowledge(context, "ignored_type");
      if (event.livemode !== livemode) return acknowledge(context, "ignored_mode");
      if (event.account !== undefined) return acknowledge(context, "ignored_account");
      if (event.objectId === undefined)
        throw new HttpError(400, "invalid_event", "The event names no object.");

      context.note({ orderId: event.objectId });
      const outcome = await settleWhileBusy(event.objectId, await settling()).catch((error: unknown) => {
        throw unavailable("dependency_failed", "The order could not be settled right now.", 30, error);
      });
      return answerFor(outcome, context);
    },
  };
}

/** Somebody else is at the order more often than not for a moment only: wait for their result rather than for Stripe's retry. */
async function settleWhileBusy(orderId: OrderId, dependencies: SettleDependencies): Promise<SettleOutcome> {
  const deadline = createDeadline(dependencies.now, ANSWER_WITHIN_MS);
  const patience = createDeadline(dependencies.now, WAIT_WHILE_BUSY_MS);
  for (;;) {
    const outcome = await settleOrder(orderId, deadline, dependencies);
    if (outcome.kind !== "busy" || patience.remainingMs() === 0) return outcome;
    await sleep(BUSY_POLL_MS, dependencies.schedule);
  }
}

function answerFor(outcome: SettleOutcome, context: RequestContext): Response {
  switch (outcome.kind) {
    case "fulfilled":
    case "awaiting_payment":
    case "payment_failed":
    case "expired":
    case "needs_attention":
      return acknowledge(context, outcome.kind);
    case "no_order_yet":
      return acknowledge(context, outcome.facts.status === "expired" ? "abandoned" : "not_completed");
    case "not_ours":
      return acknowledge(context, "ignored_not_ours");
    case "not_found":
      // The event is signed with our secret, yet our key does not see its session: paid orders would be lost unheard.
      throw unavailable(
        "session_not_found",
        "This session does not exist for STRIPE_SECRET_KEY: it and STRIPE_WEBHOOK_SECRET must belong to the same Stripe account.",
        60,
      );
    case "busy":
      throw unavailable("order_busy", "Another delivery is settling this order.", 10);
    case "unfinished":
      throw unavailable(outcome.reason, "The order is recorded and not complete yet.", 30);
  }
}

function acknowledge(context: RequestContext, outcome: string): Response {
  context.note({ outcome });
  return jsonResponse(200, { received: true, outcome });
}
