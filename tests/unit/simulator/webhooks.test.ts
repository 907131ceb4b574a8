import type Stripe from "stripe";
import { expect, test } from "vitest";
import { createSimulatedStripe } from "../../../simulator/simulated-stripe.ts";
import {
  type TestAccount,
  eventTypes,
  interceptStripe,
  openAccount,
  posterSession,
  startMs,
  webhookSecret,
} from "./open-account.ts";

interceptStripe();

const receivedAt = Math.floor(startMs / 1000);

test("signs events so that the SDK verifies them", async () => {
  const account = openAccount();
  const { id } = await posterSession(account, { metadata: { shop: "low-tide" } });
  account.simulated.buyer.pay(id);
  await account.simulated.deliveriesSettled();
  const events = account.webhooks.map(({ body, signature }) =>
    account.stripe.webhooks.constructEvent(body, signature, webhookSecret, 300, undefined, receivedAt * 1000),
  );
  expect(events.map(({ type }) => type)).toEqual([
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
  ]);
  expect(events.at(-1)).toMatchObject({
    object: "event",
    api_version: "2026-10-28.endive",
    livemode: false,
    pending_webhooks: 1,
    data: { object: { id, payment_status: "paid", metadata: { shop: "low-tide" } } },
  });
  expect(events.at(-1)?.data.object).not.toHaveProperty("line_items");
});

test("makes signatures that fail for another body or another secret", async () => {
  const account = openAccount();
  account.simulated.buyer.pay((await posterSession(account)).id);
  await account.simulated.deliveriesSettled();
  const [webhook] = account.webhooks;
  const verify = (body: string, secret: string) =>
    account.stripe.webhooks.constructEvent(body, webhook?.signature ?? "", secret, 300, undefined, startMs);
  expect(() => verify(`${webhook?.body} `, webhookSecret)).toThrow(/No signatures found/);
  expect(() => verify(webhook?.body ?? "", "whsec_other")).toThrow(/No signatures found/);
});

test("signs once per secret while a secret is being rolled", async () => {
  const account = openAccount({
    webhookEndpoints: [{ url: "http://127.0.0.1:8888/api/webhook", secret: ["whsec_new", "whsec_old"] }],
  });
  await account.stripe.checkout.sessions.expire((await posterSession(account)).id);
  const [webhook] = account.webhooks;
  for (const secret of ["whsec_new", "whsec_old"]) {
    const signature = webhook?.signature ?? "";
    const event = account.stripe.webhooks.constructEvent(
      webhook?.body ?? "",
      signature,
      secret,
      300,
      undefined,
      startMs,
    );
    expect(event.type).toBe("checkout.session.expired");
  }
});

test("sends thin notifications that lead to their object and their event", async () => {
  const account = openAccount({
    webhookEndpoints: [{ url: "http://127.0.0.1:8888/api/webhook", secret: webhookSecret, format: "thin" }],
  });
  const { id } = await posterSession(account);
  account.simulated.buyer.pay(id);
  await account.simulated.deliveriesSettled();
  const last = account.webhooks.at(-1);
  const notification = account.stripe.parseEventNotification(
    last?.body ?? "",
    last?.signature ?? "",
    webhookSecret,
    300,
    undefined,
    startMs,
  ) as Stripe.V2.Core.Events.UnknownEventNotification;
  expect(notification).toMatchObject({
    object: "v2.core.event",
    type: "v1.checkout.session.completed",
    created: "2026-11-21T12:00:00.000Z",
    related_object: { id, type: "checkout.session", url: `/v1/checkout/sessions/${id}` },
  });
  expect(await notification.fetchRelatedObject()).toMatchObject({ id, payment_status: "paid" });
  expect(await notification.fetchEvent()).toMatchObject({ id: notification.id, object: "v2.core.event" });
  const snapshot = await account.stripe.events.retrieve(notification.snapshot_event ?? "");
  expect(snapshot.type).toBe("checkout.session.completed");
});

test("keeps an event's object as it was when it happened", async () => {
  const account = openAccount();
  const { id } = await posterSession(account);
  account.simulated.buyer.pay(id);
  await account.stripe.checkout.sessions.update(id, { metadata: { later: "1" } });
  const [event] = (await account.stripe.events.list({ type: "checkout.session.completed" })).data;
  expect(event?.data.object).toMatchObject({ id, metadata: {} });
  expect(event?.data.object).not.toHaveProperty("metadata.later");
});

test("names the API call that caused an event, and none for a buyer's action", async () => {
  const account = openAccount();
  const { id } = await posterSession(account);
  account.simulated.buyer.pay(id);
  const [completed] = (await account.stripe.events.list({ limit: 1 })).data;
  expect(completed?.request).toEqual({ id: null, idempotency_key: null });
  const payment_intent = (await account.stripe.checkout.sessions.retrieve(id)).payment_intent as string;
  await account.stripe.refunds.create({ payment_intent }, { idempotencyKey: "refund/1" });
  const [refunded] = (await account.stripe.events.list({ type: "charge.refunded" })).data;
  expect(refunded?.request).toEqual({ id: expect.stringMatching(/^req_/), idempotency_key: "refund/1" });
});

test.each([
  ["a 500", () => new Response(null, { status: 500 })],
  ["a redirect", () => new Response(null, { status: 308, headers: { location: "/elsewhere" } })],
  ["a broken connection", () => Promise.reject(new Error("socket hang up"))],
])("retries after %s, with a new signature each time", async (_name, answer) => {
  const account = openAccount({ retryDelaysMs: [1_000, 5_000] });
  const { id } = await posterSession(account);
  account.answerWebhooksWith(answer);
  await account.stripe.checkout.sessions.expire(id);
  await account.advance(999);
  expect(account.webhooks).toHaveLength(1);
  expect((await account.stripe.events.list({ delivery_success: false })).data).toMatchObject([
    { pending_webhooks: 1 },
  ]);
  await account.advance(1);
  expect(account.webhooks).toHaveLength(2);
  account.answerWebhooksWith(() => new Response(null, { status: 204 }));
  await account.advance(5_000);
  expect(account.webhooks.map(({ atMs }) => atMs - startMs)).toEqual([0, 1_000, 6_000]);
  expect(new Set(account.webhooks.map(({ signature }) => signature)).size).toBe(3);
  expect((await account.stripe.events.list({ delivery_success: false })).data).toEqual([]);
  expect((await account.stripe.events.list({ delivery_success: true })).data).toMatchObject([
    { pending_webhooks: 0 },
  ]);
  await account.advance(3_600_000);
  expect(account.webhooks).toHaveLength(3);
});

test("gives up when the schedule is used up, and resends on request", async () => {
  const account = openAccount({ retryDelaysMs: [1_000] });
  account.answerWebhooksWith(() => new Response(null, { status: 500 }));
  await account.stripe.checkout.sessions.expire((await posterSession(account)).id);
  await account.advance(3_600_000);
  expect(account.webhooks).toHaveLength(2);
  const [event] = (await account.stripe.events.list({ delivery_success: false })).data;
  account.answerWebhooksWith(() => new Response());
  account.simulated.account.resendEvent(event?.id ?? "");
  await account.simulated.deliveriesSettled();
  expect(account.webhooks).toHaveLength(3);
  expect((await account.stripe.events.list({ delivery_success: false })).data).toEqual([]);
});

test("counts an endpoint that does not answer in time as failed", async () => {
  const account = openAccount({ webhookTimeoutMs: 20_000, retryDelaysMs: [], send: neverAnswered });
  await account.stripe.checkout.sessions.expire((await posterSession(account)).id);
  await account.passTime(19_999);
  expect(deliveries(account)).toMatchObject([{ status: "pending", attempts: [] }]);
  await account.passTime(1);
  expect(deliveries(account)).toMatchObject([{ status: "failed", attempts: [{ outcomes: ["timed out"] }] }]);
});

test("sends every event twice when told to", async () => {
  const account = openAccount();
  account.simulated.account.setDuplicateDeliveries(true);
  await account.stripe.checkout.sessions.expire((await posterSession(account)).id);
  await account.simulated.deliveriesSettled();
  expect(account.webhooks).toHaveLength(2);
  expect(account.webhooks[0]?.body).toBe(account.webhooks[1]?.body);
});

test("loses every webhook when told to, and delivers them afterwards", async () => {
  const account = openAccount({ retryDelaysMs: [1_000] });
  account.simulated.account.setDroppedDeliveries(true);
  await account.stripe.checkout.sessions.expire((await posterSession(account)).id);
  await account.simulated.deliveriesSettled();
  expect(account.webhooks).toHaveLength(0);
  expect((await account.stripe.events.list({ delivery_success: false })).data).toHaveLength(1);
  account.simulated.account.setDroppedDeliveries(false);
  await account.advance(1_000);
  expect(eventTypes(account)).toEqual(["checkout.session.expired"]);
});

test("loses the next webhook once when told to, and delivers its retry", async () => {
  const account = openAccount({ retryDelaysMs: [1_000] });
  account.simulated.account.dropNextDelivery();
  expect(account.simulated.account.deliveryTrouble()).toMatchObject({ dropsNext: true, dropsAll: false });
  await account.stripe.checkout.sessions.expire((await posterSession(account)).id);
  await account.simulated.deliveriesSettled();
  expect(account.webhooks).toHaveLength(0);
  expect(account.simulated.account.deliveryTrouble()).toMatchObject({ dropsNext: false });
  await account.advance(1_000);
  expect(eventTypes(account)).toEqual(["checkout.session.expired"]);
});

test("sends an endpoint only the events that it listens to", async () => {
  const url = "http://127.0.0.1:8888/api/webhook";
  const account = openAccount({
    webhookEndpoints: [{ url, secret: webhookSecret, enabledEvents: ["checkout.session.completed"] }],
  });
  account.simulated.buyer.pay((await posterSession(account)).id);
  await account.simulated.deliveriesSettled();
  expect(eventTypes(account)).toEqual(["checkout.session.completed"]);
});

test("filters events by type, types and time, and forgets them after 30 days", async () => {
  const account = openAccount();
  account.simulated.buyer.pay((await posterSession(account)).id);
  await account.advance(10_000);
  account.simulated.buyer.pay((await posterSession(account)).id);
  const { events } = account.stripe;
  expect((await events.list({ types: ["charge.succeeded", "charge.failed"] })).data).toHaveLength(2);
  expect((await events.list({ type: "payment_intent.*" })).data).toHaveLength(4);
  expect((await events.list({ created: { lt: startMs / 1000 + 10 } })).data).toHaveLength(4);
  await account.advance(30 * 86_400_000);
  expect((await events.list()).data).toEqual([]);
});

test("continues deliveries and delayed payments after a restart", async () => {
  const before = openAccount();
  before.answerWebhooksWith(() => new Response(null, { status: 500 }));
  const { id } = await posterSession(before);
  before.simulated.buyer.pay(id, { delayed: "succeeds" });
  await before.simulated.deliveriesSettled();
  const saved = JSON.parse(JSON.stringify(before.simulated.state()));
  before.simulated.close();

  const after = openAccount({ initialState: saved, now: () => startMs + 60_000 });
  expect(after.webhooks).toHaveLength(0);
  after.simulated.resume();
  await after.simulated.deliveriesSettled();
  expect(after.simulated.state().checkoutSessions[id]?.payment_status).toBe("paid");
  expect(eventTypes(after)).toContain("checkout.session.completed");
  expect(eventTypes(after)).toContain("checkout.session.async_payment_succeeded");
});

test("hands every change to onChange as plain JSON", async () => {
  const saved: string[] = [];
  const account = openAccount({ onChange: (state) => saved.push(JSON.stringify(state)) });
  account.simulated.buyer.pay((await posterSession(account)).id);
  await account.simulated.deliveriesSettled();
  const last = JSON.parse(saved.at(-1) ?? "") as { deliveries: Record<string, { status: string }> };
  expect(Object.values(last.deliveries).map(({ status }) => status)).toEqual(Array(4).fill("succeeded"));
  expect(JSON.parse(saved.at(-1) ?? "")).toEqual(account.simulated.state());
});

test("refuses a saved state of another version", () => {
  const initialState = { version: 1 } as never;
  expect(() =>
    createSimulatedStripe({ catalog: { products: [] }, publicUrl: "http://x.test", initialState }),
  ).toThrow(/version 1.*Delete the file/);
});

test("repeats itself exactly with the same clock and the same ids", async () => {
  const run = async () => {
    const account = openAccount();
    const { id } = await posterSession(account, {}, { idempotencyKey: "same" });
    account.simulated.buyer.pay(id, { delayed: "fails" });
    await account.advance(8_000);
    return JSON.stringify(account.simulated.state());
  };
  expect(await run()).toBe(await run());
});

function deliveries({ simulated }: TestAccount) {
  return Object.values(simulated.state().deliveries);
}

function neverAnswered(_url: string, { signal }: { signal: AbortSignal }): Promise<Response> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error("aborted")));
  });
}
