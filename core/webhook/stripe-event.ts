import * as z from "zod/mini";

import { HttpError } from "../http/http-error.ts";
import { ORDER_EVENTS } from "./event-types.ts";

/** The little that we believe of a webhook: which event, and which object to look up. Everything else is read from Stripe. */
export interface StripeEvent {
  id: string;
  /** In the words of snapshot events: `checkout.session.completed`. */
  type: string;
  /** When it was made, in ms since 1970; undefined if that cannot be read. */
  createdMs: number | undefined;
  livemode: boolean;
  /** The id of the object the event is about, e.g. a Checkout Session's. */
  objectId: string | undefined;
  /** Set when the event belongs to another account that is connected to ours. */
  account: string | undefined;
  /** The object's own, which tells whose it is; undefined in a thin event, which carries no object. */
  metadata: Readonly<Record<string, string>> | null | undefined;
}

const metadataSchema = z.record(z.string(), z.string());

/** https://docs.stripe.com/api/events/object */
const snapshotEventSchema = z.object({
  object: z.literal("event"),
  id: z.string(),
  type: z.string(),
  created: z.optional(z.unknown()),
  livemode: z.boolean(),
  account: z.optional(z.string()),
  data: z.object({ object: z.object({ id: z.optional(z.string()), metadata: z.optional(z.unknown()) }) }),
});

/** https://docs.stripe.com/event-destinations#thin-payload */
const thinEventSchema = z.object({
  object: z.literal("v2.core.event"),
  id: z.string(),
  type: z.string(),
  created: z.optional(z.unknown()),
  livemode: z.boolean(),
  context: z.nullish(z.string()),
  related_object: z.nullish(z.object({ id: z.string() })),
});

const stripeEventSchema = z.union([snapshotEventSchema, thinEventSchema]);

/** Reads both shapes that Stripe sends. @throws HttpError 400 when it is neither. */
export function parseStripeEvent(text: string): StripeEvent {
  const result = stripeEventSchema.safeParse(parseJson(text));
  if (!result.success) throw unreadable(result.error);
  const event = toStripeEvent(result.data);
  const { type, objectId } = event;
  // An order is looked up by this id. In events that mean nothing to orders, the owner may have chosen it, blanks and all.
  if (ORDER_EVENTS.has(type) && objectId !== undefined && !/^\w{1,255}$/.test(objectId)) throw unreadable();
  return event;
}

function toStripeEvent(event: z.output<typeof stripeEventSchema>): StripeEvent {
  if (event.object === "event") {
    return {
      id: event.id,
      type: event.type,
      createdMs: toMs(event.created),
      livemode: event.livemode,
      objectId: event.data.object.id,
      account: event.account,
      // No order depends on it: absent or unreadable metadata is no reason to refuse an event.
      metadata: metadataSchema.safeParse(event.data.object.metadata).data ?? null,
    };
  }
  return {
    id: event.id,
    // Thin events about v1 objects have the old name behind a prefix.
    type: event.type.replace(/^v1\./, ""),
    createdMs: toMs(event.created),
    livemode: event.livemode,
    objectId: event.related_object?.id,
    account: event.context ?? undefined,
    metadata: undefined,
  };
}

/** Seconds since 1970 in a snapshot event, a date in a thin one. Only for people: an unreadable date is no reason to refuse an event. */
function toMs(created: unknown): number | undefined {
  const ms = typeof created === "number" ? created * 1000 : Date.parse(String(created));
  return Number.isFinite(ms) ? ms : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause?: unknown): HttpError {
  return new HttpError(400, "invalid_event", "The body is signed, but it is not a Stripe event.", {
    cause,
  });
}
