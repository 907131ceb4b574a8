import type Stripe from "stripe";
import type { RecordedEvent } from "../state/state.ts";

type ThinEvent = Stripe.V2.Core.Events.UnknownEventNotification;
type ThinNotification = Omit<ThinEvent, "fetchEvent" | "fetchRelatedObject" | "context">;

/** The event without its object: what thin webhooks carry and `GET /v2/core/events/:id` answers. */
export function eventNotification(event: RecordedEvent): ThinNotification {
  const { id: requestId, idempotency_key: idempotencyKey } = event.request;
  return {
    id: event.notificationId,
    object: "v2.core.event",
    created: new Date(event.created * 1000).toISOString(),
    livemode: false,
    ...(requestId === null
      ? {}
      : { reason: { type: "request", request: { id: requestId, idempotency_key: idempotencyKey ?? "" } } }),
    related_object: {
      id: event.snapshot.id,
      type: event.snapshot.object,
      url: `/v1/${resourcePath(event.snapshot.object)}/${event.snapshot.id}`,
    },
    snapshot_event: event.id,
    type: `v1.${event.type}`,
  };
}

/** `checkout.session` lives at `/v1/checkout/sessions`. */
function resourcePath(objectType: string): string {
  return `${objectType.replaceAll(".", "/")}s`;
}
