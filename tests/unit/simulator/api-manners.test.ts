import Stripe from "stripe";
import { expect, test } from "vitest";
import { interceptStripe, openAccount, posterSession } from "./open-account.ts";

interceptStripe();

const url = "https://api.stripe.com/v1/checkout/sessions";
const form = { "content-type": "application/x-www-form-urlencoded" };
const bearer = { authorization: "Bearer sk_test_123" };

test.each([
  ["no key", {}, "You did not provide an API key."],
  ["a live key", { authorization: "Bearer sk_live_abcd1234" }, "Invalid API Key provided: sk_live_****1234"],
  [
    "a publishable key",
    { authorization: "Bearer pk_test_abcd1234" },
    "Invalid API Key provided: pk_test_****1234",
  ],
])("answers 401 to %s", async (_name, headers, message) => {
  const { simulated } = openAccount();
  const response = await simulated.handleApi(new Request(url, { headers }));
  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({
    error: { type: "invalid_request_error", message: expect.stringContaining(message) },
  });
});

test("accepts restricted keys, and keys as the user name of Basic", async () => {
  const { simulated } = openAccount();
  for (const authorization of ["Bearer rk_test_1", `Basic ${btoa("sk_test_1:")}`]) {
    expect((await simulated.handleApi(new Request(url, { headers: { authorization } }))).status).toBe(200);
  }
});

test("refuses JSON bodies", async () => {
  const { simulated } = openAccount();
  const headers = { ...bearer, "content-type": "application/json" };
  const response = await simulated.handleApi(new Request(url, { method: "POST", headers, body: "{}" }));
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    error: { message: expect.stringContaining("application/x-www-form-urlencoded") },
  });
});

test("answers 404 to an address Stripe does not have", async () => {
  const { stripe } = openAccount();
  await expect(stripe.rawRequest("GET", "/v1/gadgets")).rejects.toMatchObject({
    statusCode: 404,
    message: expect.stringContaining("Unrecognized request URL (GET: /v1/gadgets)"),
  });
});

test("treats the names of Object's own properties as unknown parameters", async () => {
  const { simulated } = openAccount();
  for (const name of ["__proto__", "constructor", "toString"]) {
    const request = new Request(url, {
      method: "POST",
      headers: { ...bearer, ...form },
      body: `${name}=1&mode=payment`,
    });
    const response = await simulated.handleApi(request);
    expect(await response.json()).toMatchObject({ error: { code: "parameter_unknown", param: name } });
  }
});

test("finds nothing under the names of Object's own properties", async () => {
  const account = openAccount();
  for (const id of ["__proto__", "constructor", "toString"]) {
    await expect(account.stripe.checkout.sessions.retrieve(id)).rejects.toMatchObject({ statusCode: 404 });
    await posterSession(account, {}, { idempotencyKey: id });
  }
  expect(Object.keys(account.simulated.state().idempotencyRecords)).toContain("__proto__");
});

test("names the request and the version in its headers", async () => {
  const account = openAccount();
  const session = await posterSession(account);
  expect(session.lastResponse.requestId).toMatch(/^req_/);
  expect(session.lastResponse.headers["stripe-version"]).toBe("2026-10-28.endive");
  const request = new Request(url, { headers: { ...bearer, "stripe-version": "yesterday" } });
  expect((await account.simulated.handleApi(request)).status).toBe(400);
});

test("replays the first answer to a repeated idempotency key", async () => {
  const account = openAccount();
  const first = await posterSession(account, {}, { idempotencyKey: "attempt-1" });
  const second = await posterSession(account, {}, { idempotencyKey: "attempt-1" });
  expect(second.id).toBe(first.id);
  expect(first.lastResponse.headers).not.toHaveProperty("idempotent-replayed");
  expect(second.lastResponse.headers["idempotent-replayed"]).toBe("true");
  expect(Object.keys(account.simulated.state().checkoutSessions)).toHaveLength(1);
});

test("refuses a used key with other parameters or for another endpoint", async () => {
  const account = openAccount();
  const session = await posterSession(account, {}, { idempotencyKey: "attempt-1" });
  const changed = posterSession(account, { client_reference_id: "other" }, { idempotencyKey: "attempt-1" });
  await expect(changed).rejects.toMatchObject({
    type: "StripeIdempotencyError",
    statusCode: 400,
    rawType: "idempotency_error",
  });
  const elsewhere = account.stripe.checkout.sessions.expire(session.id, {}, { idempotencyKey: "attempt-1" });
  await expect(elsewhere).rejects.toBeInstanceOf(Stripe.errors.StripeIdempotencyError);
});

test("answers 409 while the first request with a key is being executed", async () => {
  const account = openAccount();
  let finish = () => {};
  const slow = new Promise<undefined>((resolve) => {
    finish = () => resolve(undefined);
  });
  account.simulated.faults.duringApi = () => slow;
  const first = posterSession(account, {}, { idempotencyKey: "attempt-1" });
  while (account.simulated.calls().length === 0) await new Promise((resolve) => setImmediate(resolve));
  const second = posterSession(account, {}, { idempotencyKey: "attempt-1" });
  await expect(second).rejects.toMatchObject({ statusCode: 409, code: "idempotency_key_in_use" });
  finish();
  expect((await first).status).toBe("open");
});

test("keeps a 500 under its key, but not a validation error", async () => {
  const account = openAccount();
  const broken = { error: { type: "api_error", message: "An unknown error occurred" } };
  account.simulated.faults.duringApi = () => Response.json(broken, { status: 500 });
  await expect(posterSession(account, {}, { idempotencyKey: "broken" })).rejects.toMatchObject({
    statusCode: 500,
  });
  account.simulated.faults.duringApi = undefined;
  await expect(posterSession(account, {}, { idempotencyKey: "broken" })).rejects.toMatchObject({
    statusCode: 500,
  });

  const wrong = { client_reference_id: "x".repeat(201) };
  await expect(posterSession(account, wrong, { idempotencyKey: "typo" })).rejects.toMatchObject({
    statusCode: 400,
  });
  expect((await posterSession(account, {}, { idempotencyKey: "typo" })).status).toBe("open");
});

test("forgets a key after 24 hours", async () => {
  const account = openAccount();
  const first = await posterSession(account, {}, { idempotencyKey: "daily" });
  await account.advance(24 * 3_600_000);
  const second = await posterSession(account, {}, { idempotencyKey: "daily" });
  expect(second.id).not.toBe(first.id);
});

test("lets a test lose the answer after the work is done", async () => {
  const account = openAccount();
  account.simulated.faults.afterApi = () => Response.error();
  await expect(posterSession(account, {}, { idempotencyKey: "lost" })).rejects.toMatchObject({
    type: "StripeConnectionError",
  });
  account.simulated.faults.afterApi = undefined;
  await posterSession(account, {}, { idempotencyKey: "lost" });
  expect(Object.keys(account.simulated.state().checkoutSessions)).toHaveLength(1);
});

test("records calls for assertions", async () => {
  const account = openAccount();
  await posterSession(account, {}, { idempotencyKey: "attempt-1" });
  expect(account.simulated.calls()).toMatchObject([
    {
      method: "POST",
      path: "/v1/checkout/sessions",
      idempotencyKey: "attempt-1",
      parameters: { mode: "payment", line_items: { 0: { price: "price_poster_a2", quantity: "1" } } },
    },
  ]);
});

test("finds prices by id and by lookup key, with their product", async () => {
  const { stripe } = openAccount();
  const price = await stripe.prices.retrieve("price_almanac_monthly", { expand: ["product"] });
  expect(price).toMatchObject({
    type: "recurring",
    unit_amount: 600,
    recurring: { interval: "month", interval_count: 1 },
    product: { name: "The Monthly Almanac" },
  });
  expect(price.unit_amount_decimal?.toString()).toBe("600");
  const found = await stripe.prices.list({ lookup_keys: ["ebook_tides"], expand: ["data.product"] });
  expect(found.data.map(({ id }) => id)).toEqual(["price_ebook_tides"]);
  expect((await stripe.products.list({ limit: 2 })).has_more).toBe(true);
});

test("hints at data. when a list is expanded like an object", async () => {
  const { stripe } = openAccount();
  await expect(stripe.prices.list({ expand: ["product"] })).rejects.toMatchObject({
    message:
      "This property cannot be expanded (product). You may want to try expanding 'data.product' instead.",
  });
});
