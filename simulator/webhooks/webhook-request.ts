import { snapshotEvent } from "../objects/event.ts";
import { eventNotification } from "../objects/event-notification.ts";
import { pendingWebhooks } from "../state/pending-webhooks.ts";
import type { RecordedEvent, SimulatedState } from "../state/state.ts";
import { signatureHeader } from "./signature.ts";
import type { KnownEndpoint } from "./webhook-endpoint.ts";

/** The second argument of `fetch`. */
export interface WebhookRequest {
  method: "POST";
  /** Names in lower case. */
  headers: Record<string, string>;
  body: string;
  redirect: "manual";
  signal: AbortSignal;
}

/** One attempt to deliver: the same event every time, but signed anew with the current time. */
export function webhookRequest(
  state: SimulatedState,
  event: RecordedEvent,
  endpoint: KnownEndpoint,
  nowMs: number,
  signal: AbortSignal,
): WebhookRequest {
  const content =
    endpoint.format === "thin"
      ? eventNotification(event)
      : snapshotEvent(event, pendingWebhooks(state, event));
  const payload = JSON.stringify(content, null, 2);
  return {
    method: "POST",
    headers: {
      accept: "*/*; q=0.5, application/xml",
      "content-type": "application/json; charset=utf-8",
      "stripe-signature": signatureHeader(payload, endpoint.secrets, nowMs),
      "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    },
    body: payload,
    // A redirect is a failed delivery, not a new address.
    redirect: "manual",
    signal,
  };
}
