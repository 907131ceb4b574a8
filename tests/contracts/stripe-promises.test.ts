import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { classifyStripeError } from "../../core/stripe/errors.ts";
import { ORDER_EVENTS } from "../../core/webhook/event-types.ts";
import { openStripeAccount } from "./stripe-account.ts";

/** What the shop takes for granted about Stripe. With STRIPE_CONTRACT_KEY this asks Stripe itself, otherwise the simulation. */
vi.setConfig({ testTimeout: 60_000 });

const account = await openStripeAccount(process.env);
const { stripe } = account;
const { sessions } = stripe.checkout;

const NO_COMPLETED_SESSION = "no API completes a session; see STRIPE_CONTRACT_SESSION in stripe-account.ts";

beforeAll(() => console.log(`What we rely on in Stripe, asked of ${account.name}`));
afterAll(() => account.close());

test.for(["sk_live_1234567890", "rk_live_1234567890", "pk_test_1234567890", "hunter2"])(
  "the key %s is refused before any request",
  async (key) => {
    await expect(openStripeAccount({ STRIPE_CONTRACT_KEY: key })).rejects.toThrow(
      /not the secret key of a sandbox/,
    );
  },
);

test("a new session is open and unpaid, has a page to pay at and keeps its metadata", async () => {
  const session = await sessions.create(account.sessionParameters);
  expect(session).toMatchObject({
    object: "checkout.session",
    status: "open",
    payment_status: "unpaid",
    payment_intent: null,
    livemode: false,
    metadata: { static_checkout: account.shopId },
  });
  expect(session.id).toMatch(/^cs_test_\w+$/);
  expect(session.url).toMatch(/^https?:\/\//);
});

test("line items are present only when they are expanded", async () => {
  const id = await account.openSession();
  expect((await sessions.retrieve(id)).line_items).toBeUndefined();
  const { line_items: lines } = await sessions.retrieve(id, {
    expand: ["line_items", "payment_intent.latest_charge", "subscription"],
  });
  expect(lines?.data).toHaveLength(1);
  expect(lines?.data[0]).toMatchObject({
    quantity: 1,
    currency: expect.any(String),
    amount_total: expect.any(Number),
  });
});

test("A24: an unknown parameter is refused", async () => {
  const parameters = { ...account.sessionParameters, colour: "blue" };
  await expect(sessions.create(parameters)).rejects.toMatchObject({
    statusCode: 400,
    code: "parameter_unknown",
  });
});

test("a session that does not exist is a 404 with a code", async () => {
  const error: unknown = await sessions.retrieve("cs_test_a1b2c3d4e5f6").catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ statusCode: 404, code: "resource_missing" });
  expect(classifyStripeError(error)).toBe("not_found");
});

test("B17: sessions can be listed by their buyer's address, status and time at once", async () => {
  const id = await account.openSession();
  const { created } = await sessions.retrieve(id);
  const { data } = await sessions.list({
    customer_details: { email: "nobody@shop.example" },
    status: "complete",
    created: { gte: created - 3600, lte: created + 3600 },
    limit: 20,
  });
  expect(data).toEqual([]);
});

test("metadata is merged key by key, and an empty value removes its key", async () => {
  const id = await account.openSession();
  await sessions.update(id, { metadata: { one: "1", two: "2" } });
  expect((await sessions.update(id, { metadata: { one: "", three: "3" } })).metadata).toEqual({
    static_checkout: account.shopId,
    two: "2",
    three: "3",
  });
});

test("D17: a metadata value holds 500 characters and no more", async () => {
  const id = await account.openSession();
  const value = '{"v":1,'.padEnd(500, "x");
  expect((await sessions.update(id, { metadata: { order: value } })).metadata?.["order"]).toBe(value);
  await expect(sessions.update(id, { metadata: { order: `${value}x` } })).rejects.toMatchObject({
    statusCode: 400,
  });
});

test("metadata of an expired session can be written", async () => {
  const id = await account.openSession();
  expect((await sessions.expire(id)).status).toBe("expired");
  expect((await sessions.update(id, { metadata: { contract: "expired" } })).metadata).toMatchObject({
    contract: "expired",
  });
});

test("metadata of a completed session can be written, and its payment can be expanded", async ({ skip }) => {
  const id = await account.completedSession();
  if (id === undefined) return skip(NO_COMPLETED_SESSION);
  const mark = randomUUID();
  await sessions.update(id, { metadata: { contract: mark } });
  const session = await sessions.retrieve(id, { expand: ["payment_intent.latest_charge"] });
  expect(session).toMatchObject({ status: "complete", metadata: { contract: mark } });
  expect(session.payment_intent).toMatchObject({ latest_charge: { object: "charge", amount_refunded: 0 } });
  await sessions.update(id, { metadata: { contract: "" } });
});

test("a request repeated with its key is answered from memory", async () => {
  const id = await account.openSession();
  const idempotencyKey = `contract/${id}/v1`;
  const first = await sessions.update(id, { metadata: { order: "first" } }, { idempotencyKey });
  await sessions.update(id, { metadata: { order: "between" } });
  const again = await sessions.update(id, { metadata: { order: "first" } }, { idempotencyKey });
  expect(new Headers(first.lastResponse.headers).get("idempotent-replayed")).toBeNull();
  expect(new Headers(again.lastResponse.headers).get("idempotent-replayed")).toBe("true");
  expect(again.metadata?.["order"]).toBe("first");
  expect((await sessions.retrieve(id)).metadata?.["order"]).toBe("between");
});

test("a key that was used with other parameters is refused, and nothing changes", async () => {
  const id = await account.openSession();
  const idempotencyKey = `contract/${id}/v1`;
  await sessions.update(id, { metadata: { order: "first" } }, { idempotencyKey });
  const error: unknown = await sessions
    .update(id, { metadata: { order: "second" } }, { idempotencyKey })
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ type: "StripeIdempotencyError", statusCode: 400 });
  expect(classifyStripeError(error)).toBe("idempotency_conflict");
  expect((await sessions.retrieve(id)).metadata?.["order"]).toBe("first");
});

test("A02: exactly one of 8 requests that use one key at once with different parameters is carried out", async () => {
  const id = await account.openSession();
  const idempotencyKey = `contract/${id}/v1`;
  const results = await Promise.allSettled(
    Array.from({ length: 8 }, (_, index) =>
      sessions.update(id, { metadata: { order: `writer ${index}` } }, { idempotencyKey }),
    ),
  );
  const winners = results.flatMap((result, index) => (result.status === "fulfilled" ? [index] : []));
  const losers = results.flatMap((result) =>
    result.status === "rejected" ? [result.reason as unknown] : [],
  );
  expect(winners).toHaveLength(1);
  expect(losers.map(classifyStripeError)).toEqual(Array.from({ length: 7 }, () => "idempotency_conflict"));
  expect((await sessions.retrieve(id)).metadata?.["order"]).toBe(`writer ${winners[0]}`);
});

test("a product's id may be chosen, once", async () => {
  const id = `static_checkout_contract_${randomUUID().replaceAll("-", "")}`;
  const made = await stripe.products.create({ id, name: "Contract test", active: false });
  expect(made).toMatchObject({ id, active: false });
  await expect(stripe.products.create({ id, name: "Contract test" })).rejects.toMatchObject({
    code: "resource_already_exists",
  });
  expect((await stripe.products.update(id, { metadata: { note: "1 text" } })).metadata).toEqual({
    note: "1 text",
  });
});

test("A31: sessions, events and refunds can be listed the way reconciliation does", async () => {
  const created = { gte: Math.floor(Date.now() / 1_000) - 3_600 };
  const lists = await Promise.all([
    sessions.list({ created, status: "complete", limit: 100 }),
    stripe.events.list({
      created,
      delivery_success: false,
      types: [...ORDER_EVENTS.keys()],
      limit: 100,
    }),
    stripe.refunds.list({ created, limit: 100 }),
  ]);
  for (const { object, data } of lists) {
    expect(object).toBe("list");
    expect(Array.isArray(data)).toBe(true);
  }
});
