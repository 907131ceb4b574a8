import { createHash } from "node:crypto";
import type { IdempotencyRecord } from "../state/state.ts";
import type { World } from "../state/world.ts";
import { StripeApiError } from "./errors.ts";
import type { FormObject } from "./form.ts";

const keptMs = 24 * 60 * 60 * 1000;

/**
 * Finds what an earlier request with this key left, or starts a record. https://docs.stripe.com/api/idempotent_requests
 *
 *   first request        ── parameters checked ── record (no answer) ── executed ── answer stored, 500s too
 *   same key, later      ── answer stored?  the same status and body again
 *   same key, meanwhile  ── no answer yet:  409
 *   same key, other parameters or path:     400
 */
export function openIdempotencyRecord(
  world: World,
  request: { key: string; method: string; path: string; parameters: FormObject; requestId: string },
):
  | { replay: IdempotencyRecord & { answer: { status: number; body: string } } }
  | { record: IdempotencyRecord } {
  const { key, path } = request;
  if (key.length > 255) {
    throw new StripeApiError("Idempotency keys can be at most 255 characters long.", {
      param: "Idempotency-Key",
    });
  }
  const records = world.state.idempotencyRecords;
  const fingerprint = fingerprintOf(request.method, path, request.parameters);
  const existing = records[key];
  if (existing === undefined || existing.createdAt + keptMs <= world.now()) {
    forgetExpired(world);
    const record = {
      key,
      path,
      fingerprint,
      createdAt: world.now(),
      requestId: request.requestId,
      answer: null,
    };
    records[key] = record;
    return { record };
  }
  if (existing.path !== path) {
    throw new StripeApiError(
      `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${path}' vs '${existing.path}'). Try using a key other than '${key}' if you meant to execute a different request.`,
      { type: "idempotency_error" },
    );
  }
  if (existing.fingerprint !== fingerprint) {
    throw new StripeApiError(
      `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
      { type: "idempotency_error" },
    );
  }
  const { answer } = existing;
  if (answer === null) {
    throw new StripeApiError(
      `There is currently another in-progress request using this Stripe Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
      { status: 409, type: "idempotency_error", code: "idempotency_key_in_use" },
    );
  }
  return { replay: { ...existing, answer } };
}

/** The oldest come first. */
function forgetExpired(world: World): void {
  const records = world.state.idempotencyRecords;
  for (const key of Object.keys(records)) {
    if ((records[key]?.createdAt ?? 0) + keptMs > world.now()) return;
    delete records[key];
  }
}

/** The order in which a client happens to send its parameters makes no difference. */
function fingerprintOf(method: string, path: string, parameters: FormObject): string {
  return createHash("sha256")
    .update(`${method} ${path} ${canonical(parameters)}`)
    .digest("hex");
}

function canonical(value: FormObject | string): string {
  if (typeof value === "string") return JSON.stringify(value);
  const entries = Object.keys(value)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? "")}`);
  return `{${entries.join(",")}}`;
}
