import type Stripe from "stripe";
import * as z from "zod/mini";

import { unavailable, type HttpError } from "../http/http-error.ts";
import { readBody } from "../http/read-body.ts";
import { jsonResponse } from "../http/responses.ts";
import type { RequestContext, Route } from "../http/route.ts";
import type { CardTestingAlarm } from "../alarms/card-testing-alarm.ts";
import { describeError } from "../log/log.ts";
import { maskPrivate } from "../log/mask-private.ts";
import { createDeadline } from "../retry/deadline.ts";
import type { OrderId } from "../orders/order.ts";
import type { SettleTrigger } from "../orders/settle-trigger.ts";
import type { SettleOutcome } from "../orders/settle-order.ts";
import type { ShopIdentity } from "../stripe/whose-sale.ts";
import { withTimeout } from "../retry/with-timeout.ts";
import type { EventLog } from "../webhook/event-log.ts";
import { parseStripeEvent, type StripeEvent } from "../webhook/stripe-event.ts";
import { isOurDecline } from "../webhook/our-decline.ts";
import { processEvent, type EventDependencies, type SettledOrder } from "../webhook/process-event.ts";
import { verifySignature } from "../webhook/verify-signature.ts";

/** Stripe's events stay far below; nothing larger is hashed. */
const BODY_LIMIT_BYTES = 1024 * 1024;

/** Hosted Checkout keeps the buyer waiting for this answer, 10 s at the most. Nothing new is begun after the first of these. */
const SETTLE_WITHIN_MS = 8_000;
const ANSWER_WITHIN_MS = 9_000;
const RECORD_WITHIN_MS = 700;

/** Keeps the record of an event small. */
const MAX_ERROR = 200;

/** Counting takes a moment; at most once an hour the owner is told as well. No order waits behind a declined card. */
const ALARM_WITHIN_MS = 6_000;

type WebhookServices = EventDependencies & {
  identity: ShopIdentity;
  storage: { events: EventLog };
  alarm: CardTestingAlarm;
};

export interface WebhookDependencies {
  stripe: Stripe;
  config: { stripe: { webhookSecrets: readonly string[] } };
  now: () => number;
  loadServices: () => Promise<WebhookServices>;
}

/**
 * `POST /api/webhook`: Stripe reports that something happened. 200 means that the order is done, is durably waiting, is flagged for
 * the owner, or is not ours; anything else makes Stripe retry, for three days in live mode.
 */
export const webhook: Route<WebhookDependencies> = {
  name: "webhook",
  path: "/api/webhook",
  method: "POST",
  summary: "Stripe reports an event",
  details:
    "For Stripe alone: the body is an event of Stripe's, snapshot or thin. After any answer but 200 Stripe sends it again, for three days in live mode.",
  requestHeaders: {
    "Stripe-Signature": z
      .string()
      .check(z.describe("https://docs.stripe.com/webhooks/signature verifies the exact bytes of the body.")),
  },
  body: { schema: z.looseObject({ id: z.string(), type: z.string() }), example: { id: "evt_…", type: "…" } },
  answers: {
    200: {
      description: "The order is done, is durably waiting, is flagged for the owner, or is not this shop's.",
      schema: z.object({
        received: z.literal(true),
        outcome: z.string().check(z.describe("What came of it, for people who read the log at Stripe.")),
      }),
    },
  },
  errors: {
    400: ["invalid_encoding", "invalid_event", "invalid_signature"],
    413: ["body_too_large"],
    503: [
      "dependency_failed",
      "order_busy",
      "out_of_time",
      "step_failed",
      "news_failed",
      "not_completed",
      "session_not_found",
    ],
  },

  open: ({ stripe, config, now, loadServices }) => ({
    async handle(request, context) {
      const body = await readBody(request, BODY_LIMIT_BYTES);
      const signature = request.headers.get("stripe-signature");
      const event = parseStripeEvent(
        verifySignature(stripe, body, signature, config.stripe.webhookSecrets, now()),
      );
      context.note({ eventId: event.id, eventType: event.type });

      const dependencies = await loadServices();
      const { outcome, orderIds, refusal } = await settleEvent(event, dependencies);
      context.note({ outcome, orderId: orderIds.join(" ") || undefined });
      if (isOurDecline(event, dependencies)) await countDecline(dependencies);
      await record(event, { outcome, orderIds, refusal }, dependencies, context);
      if (refusal !== undefined) throw refusal;
      return jsonResponse(200, { received: true, outcome });
    },
  }),
};

interface Processed {
  outcome: string;
  orderIds: readonly OrderId[];
  /** The error that makes Stripe retry; undefined when all is well for good. */
  refusal: HttpError | undefined;
}

/**
 * Never takes longer than Stripe waits, whatever hangs. Work that goes on after a 503 is a run that was overtaken, like any other:
 * its late writes are refused.
 */
async function settleEvent(event: StripeEvent, dependencies: WebhookServices): Promise<Processed> {
  const { now, schedule } = dependencies;
  const deadline = createDeadline(now, SETTLE_WITHIN_MS);
  try {
    const result = await withTimeout(ANSWER_WITHIN_MS, schedule, () =>
      processEvent(event, deadline, dependencies),
    );
    if (result.kind === "ignored") return { outcome: result.reason, orderIds: [], refusal: undefined };
    return {
      outcome: result.orders.map(({ outcome }) => wordFor(outcome)).join(" "),
      orderIds: result.orders.map(({ orderId }) => orderId),
      refusal: refusalFor(result.orders, result.trigger),
    };
  } catch (error) {
    const refusal = unavailable("dependency_failed", "The order could not be settled right now.", 30, error);
    return { outcome: refusal.code, orderIds: [], refusal };
  }
}

/** The trail is for people. If it cannot be written, or not in time, that is no reason to make Stripe retry. */
async function record(
  { id: eventId, type, createdMs }: StripeEvent,
  { outcome, orderIds, refusal }: Processed,
  { storage, now, schedule, log }: WebhookServices,
  { requestId }: RequestContext,
): Promise<void> {
  const delivery = {
    eventId,
    type,
    createdMs,
    orderIds,
    outcome,
    error:
      refusal?.cause === undefined
        ? undefined
        : maskPrivate(describeError(refusal.cause)).slice(0, MAX_ERROR),
    atMs: now(),
  };
  try {
    await withTimeout(RECORD_WITHIN_MS, schedule, () => storage.events.record(delivery));
  } catch (error) {
    log.warn("event_not_recorded", { requestId, eventId, error: describeError(error) });
  }
}

/** Whether or not this succeeds, the delivery is answered. */
async function countDecline({ alarm, schedule }: WebhookServices): Promise<void> {
  await withTimeout(ALARM_WITHIN_MS, schedule, () => alarm.report("declined")).catch(() => undefined);
}

function wordFor(outcome: SettleOutcome): string {
  if (outcome.kind !== "no_order_yet") return outcome.kind;
  return outcome.transition ?? "not_completed";
}

/** The error that makes Stripe retry; undefined when all is well for good. */
function refusalFor(orders: readonly SettledOrder[], trigger: SettleTrigger): HttpError | undefined {
  for (const { outcome } of orders) {
    switch (outcome.kind) {
      case "not_found":
        // The event is signed with our secret, but our key does not see its session: paid orders would be lost unnoticed.
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
      case "paused":
      case "payment_failed":
      case "needs_attention":
      case "not_ours":
        break;
      case "no_order_yet":
        // An expired session needs no order. Neither does one that is still open because its buyer is at 3-D Secure or trying another
        // card: by then a subscription and its first invoice have events. Checkout's own event reports the end.
        if (outcome.facts.status === "expired" || trigger !== "checkout") break;
        // Still open although Checkout says otherwise: it will be complete in a moment.
        return unavailable("not_completed", "Stripe does not show this checkout as completed yet.", 10);
    }
  }
  return undefined;
}
