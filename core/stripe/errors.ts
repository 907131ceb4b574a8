import type Stripe from "stripe";

import { OutOfTimeError } from "./within-deadline.ts";

/**
 * What a thrown Stripe error means for us. Told by the fields of the SDK's errors, not by their classes, because the classes would
 * drag the SDK along as a value.
 */
export type StripeFailure =
  /** The object does not exist (or not in this mode). */
  | "not_found"
  /** Our key is wrong, revoked, or lacks a permission. */
  | "key_refused"
  /** An idempotency key was used with other parameters, or is in use right now. */
  | "idempotency_conflict"
  /** Stripe cannot be reached in time, is overloaded or failed: worth a retry. */
  | "unavailable"
  /** Stripe understood the request and refused it. */
  | "refused"
  /** Not a Stripe error. */
  | "unknown";

/** https://docs.stripe.com/api/errors */
export function classifyStripeError(error: unknown): StripeFailure {
  if (error instanceof OutOfTimeError) return "unavailable";
  if (!isStripeError(error)) return "unknown";
  // Comes before the types: the SDK gives every 409 the type of a failure of Stripe's own.
  if (error.type === "StripeIdempotencyError" || error.statusCode === 409) return "idempotency_conflict";
  if (error.type === "StripeConnectionError" || error.type === "StripeAPIError") return "unavailable";
  if (error.type === "StripeRateLimitError" || error.statusCode === 429) return "unavailable";
  if (error.statusCode === undefined || error.statusCode >= 500) return "unavailable";
  if (error.statusCode === 401 || error.statusCode === 403) return "key_refused";
  return error.code === "resource_missing" ? "not_found" : "refused";
}

/** True when the same call may succeed later. */
export function isPassing(failure: StripeFailure): boolean {
  return failure === "unavailable" || failure === "key_refused";
}

interface StripeErrorFields {
  type: string;
  statusCode?: number;
  code?: string;
  param?: string;
  headers?: Record<string, string>;
}

export function isStripeError(error: unknown): error is Error & StripeErrorFields {
  return (
    error instanceof Error &&
    "type" in error &&
    typeof error.type === "string" &&
    error.type.startsWith("Stripe")
  );
}

/** A failure of Stripe's own that is stored under our idempotency key: the same request will never succeed. */
export function isReplayedFailure(error: unknown): boolean {
  if (!isStripeError(error) || error.statusCode === undefined || error.statusCode < 500) return false;
  return error.headers?.["idempotent-replayed"] === "true";
}

/** True for an answer that Stripe had stored under the idempotency key. */
export function wasReplayed({ lastResponse }: Stripe.Response<unknown>): boolean {
  return lastResponse.headers["idempotent-replayed"] === "true";
}
