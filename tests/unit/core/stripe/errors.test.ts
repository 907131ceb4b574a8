import { afterEach, expect, test } from "vitest";

import { classifyStripeError, isReplayedFailure, isStripeError } from "../../../../core/stripe/errors.ts";
import { createStripeClient } from "../../../../core/stripe/client.ts";
import { OutOfTimeError } from "../../../../core/stripe/within-deadline.ts";
import { writeNextVersion } from "../../../../core/stores/stripe-versions.ts";
import { openTestShop, type TestShop } from "../../../support/test-shop.ts";

let shop: TestShop;
afterEach(() => shop.close());

/** What the shipped client makes of an answer with this status and body. */
async function failure(status: number, error: Record<string, string>): Promise<unknown> {
  shop = openTestShop();
  const stripe = createStripeClient(
    { secretKey: "sk_test_1", livemode: false, webhookSecrets: [], apiBase: undefined } as never,
    {
      fetch: async () => Response.json({ error }, { status, headers: { "stripe-should-retry": "false" } }),
      schedule: () => () => undefined,
      random: () => 0,
    },
  );
  return stripe.checkout.sessions
    .update("cs_test_1", { metadata: { a: "b" } })
    .catch((thrown: unknown) => thrown);
}

test("E23: an idempotency key that is in use is a conflict, although the SDK types every 409 as Stripe's own failure", async () => {
  const error = await failure(409, {
    type: "idempotency_error",
    code: "idempotency_key_in_use",
    message: "in use",
  });
  expect(error).toMatchObject({ type: "StripeAPIError", statusCode: 409 });
  expect(classifyStripeError(error)).toBe("idempotency_conflict");
});

test("E23: a version whose key is in use belongs to another writer: the write conflicts after one request", async () => {
  const error = await failure(409, {
    type: "idempotency_error",
    code: "idempotency_key_in_use",
    message: "in use",
  });
  let requests = 0;
  const result = await writeNextVersion(
    4,
    () => true,
    async () => {
      requests += 1;
      throw error;
    },
  );
  expect({ result, requests }).toEqual({ result: "conflict", requests: 1 });
});

test.for([
  [400, { type: "idempotency_error", message: "other parameters" }, "idempotency_conflict"],
  [400, { type: "invalid_request_error", message: "You can have up to 50 metadata keys" }, "refused"],
  [403, { type: "invalid_request_error", message: "lacks rak_checkout_session_write" }, "key_refused"],
  [500, { type: "api_error", message: "boom" }, "unavailable"],
] as const)("a %i from Stripe keeps its meaning", async ([status, error, meaning]) => {
  expect(classifyStripeError(await failure(status, error))).toBe(meaning);
});

test.for([
  [401, { type: "invalid_request_error", message: "Invalid API Key" }, "key_refused"],
  [404, { type: "invalid_request_error", code: "resource_missing", message: "No such session" }, "not_found"],
  [404, { type: "invalid_request_error", message: "Unrecognized request URL" }, "refused"],
  [409, { type: "api_error", code: "lock_timeout", message: "locked" }, "idempotency_conflict"],
  [503, { type: "api_error", message: "unavailable" }, "unavailable"],
] as const)("E23: a %i from Stripe, %j, means %s", async ([status, error, meaning]) => {
  expect(classifyStripeError(await failure(status, error))).toBe(meaning);
});

const thrown = (type: string, fields: Record<string, unknown> = {}): Error =>
  Object.assign(new Error("no"), { type, ...fields });

test("E23: a request that never reached Stripe, or had no time to, is worth another try", () => {
  expect(classifyStripeError(thrown("StripeConnectionError"))).toBe("unavailable");
  expect(classifyStripeError(thrown("StripeConnectionError", { statusCode: 400 }))).toBe("unavailable");
  expect(classifyStripeError(thrown("StripeRateLimitError", { statusCode: 400 }))).toBe("unavailable");
  expect(classifyStripeError(thrown("StripeRateLimitError", { statusCode: 429 }))).toBe("unavailable");
  expect(classifyStripeError(thrown("StripeInvalidRequestError", { statusCode: 429 }))).toBe("unavailable");
  expect(classifyStripeError(new OutOfTimeError("No time is left."))).toBe("unavailable");
});

test("E23: an error with a type of its own is not Stripe's", () => {
  const errors = [thrown("system"), thrown("aborted", { statusCode: 500 }), new Error("no"), "no", undefined];
  expect(errors.map(isStripeError)).toEqual([false, false, false, false, false]);
  expect(errors.map(classifyStripeError)).toEqual(["unknown", "unknown", "unknown", "unknown", "unknown"]);
});

test("E23: only Stripe's own failure that it repeats from memory is final", () => {
  const replayed = { headers: { "idempotent-replayed": "true" } };
  expect(isReplayedFailure(thrown("StripeAPIError", { statusCode: 500, ...replayed }))).toBe(true);
  expect(isReplayedFailure(thrown("StripeAPIError", { statusCode: 500, headers: {} }))).toBe(false);
  expect(isReplayedFailure(thrown("StripeInvalidRequestError", { statusCode: 400, ...replayed }))).toBe(
    false,
  );
  expect(isReplayedFailure(thrown("StripeConnectionError", replayed))).toBe(false);
  expect(isReplayedFailure(new Error("no"))).toBe(false);
});
