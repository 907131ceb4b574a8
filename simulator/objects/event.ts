import type Stripe from "stripe";
import type { RecordedEvent } from "../state/state.ts";
import type { Stored } from "../state/stored.ts";

/** The version the SDK in this repository pins. An endpoint keeps the version it was created with. */
export const apiVersion = "2026-10-28.endive";

type SnapshotEvent = Omit<Stored<Stripe.EventBase>, "data" | "object"> & {
  object: "event";
  data: { object: { id: string; object: string }; previous_attributes?: Record<string, unknown> };
};

/** The event with a copy of the object as it was: classic webhooks and `GET /v1/events`. */
export function snapshotEvent(event: RecordedEvent, pendingWebhooks: number): SnapshotEvent {
  return {
    id: event.id,
    object: "event",
    api_version: apiVersion,
    created: event.created,
    data: {
      object: event.snapshot,
      ...(event.previousAttributes === null ? {} : { previous_attributes: event.previousAttributes }),
    },
    livemode: false,
    pending_webhooks: pendingWebhooks,
    request: event.request,
    type: event.type,
  };
}
