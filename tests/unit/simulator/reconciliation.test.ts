import { expect, test } from "vitest";
import {
  eventTypes,
  interceptStripe,
  openAccount,
  paidPoster,
  posterSession,
  startMs,
  type TestAccount,
} from "./open-account.ts";

interceptStripe();

const start = startMs / 1000;

test("pages through more than 1,000 sessions, by time and status", async () => {
  const account = openAccount();
  const ids = await manySessions(account, 505);
  await account.advance(60_000);
  ids.push(...(await manySessions(account, 505)));
  for (const id of ids.slice(500, 510)) account.simulated.buyer.pay(id);
  const { sessions } = account.stripe.checkout;
  const all = await sessions.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 });
  expect(new Set(all.map(({ id }) => id)).size).toBe(1010);
  const late = sessions.list({ limit: 100, created: { gte: start + 60 } });
  expect(await late.autoPagingToArray({ limit: 10_000 })).toHaveLength(505);
  const complete = sessions.list({ limit: 100, status: "complete" });
  expect(await complete.autoPagingToArray({ limit: 10_000 })).toHaveLength(10);
});

test("finds the session of a payment and of a subscription", async () => {
  const account = openAccount();
  const { sessionId, paymentIntentId } = await paidPoster(account);
  await paidPoster(account);
  const { sessions } = account.stripe.checkout;
  expect((await sessions.list({ payment_intent: paymentIntentId })).data).toMatchObject([{ id: sessionId }]);
  const line_items = [{ price: "price_almanac_monthly", quantity: 1 }];
  const { id } = await posterSession(account, { mode: "subscription", line_items });
  account.simulated.buyer.pay(id);
  const subscription = (await sessions.retrieve(id)).subscription as string;
  expect((await sessions.list({ subscription })).data).toMatchObject([{ id }]);
});

test("pages through more than 1,050 undelivered events, by type and time", async () => {
  const account = openAccount({ retryDelaysMs: [] });
  account.simulated.account.setDroppedDeliveries(true);
  for (const id of await manySessions(account, 265)) account.simulated.buyer.pay(id);
  await account.simulated.deliveriesSettled();
  account.simulated.account.setDroppedDeliveries(false);
  await account.advance(10_000);
  await paidPoster(account);
  await account.simulated.deliveriesSettled();
  const { events } = account.stripe;
  const undelivered = events.list({ limit: 100, delivery_success: false });
  expect(await undelivered.autoPagingToArray({ limit: 10_000 })).toHaveLength(1060);
  const completed = events.list({
    limit: 100,
    delivery_success: false,
    types: ["checkout.session.completed", "charge.refunded"],
  });
  expect(await completed.autoPagingToArray({ limit: 10_000 })).toHaveLength(265);
  expect((await events.list({ created: { gte: start + 10 }, delivery_success: false })).data).toEqual([]);
  expect((await events.list({ created: { gte: start + 10 } })).data).toHaveLength(4);
});

test("counts an event as undelivered while one of two endpoints has not taken it", async () => {
  const account = openAccount({
    webhookEndpoints: ["a", "b"].map((id) => ({
      id,
      url: `http://127.0.0.1:8888/${id}`,
      secret: "whsec_test",
    })),
    send: (url) => Promise.resolve(new Response(null, { status: url.endsWith("/b") ? 500 : 200 })),
  });
  await account.stripe.checkout.sessions.expire((await posterSession(account)).id);
  await account.simulated.deliveriesSettled();
  expect((await account.stripe.events.list({ delivery_success: false })).data).toMatchObject([
    { type: "checkout.session.expired", pending_webhooks: 1 },
  ]);
});

test("lists refunds by time", async () => {
  const account = openAccount();
  const { paymentIntentId } = await paidPoster(account);
  await account.stripe.refunds.create({ payment_intent: paymentIntentId, amount: 100 });
  await account.advance(86_400_000);
  await account.stripe.refunds.create({ payment_intent: paymentIntentId, amount: 200 });
  const late = await account.stripe.refunds.list({ created: { gt: start } });
  expect(late.data.map(({ amount }) => amount)).toEqual([200]);
});

test("lists events late when told to; their webhooks come at once", async () => {
  const account = openAccount();
  account.simulated.account.setEventVisibilityDelay(60_000);
  const { id } = await posterSession(account);
  account.simulated.buyer.pay(id);
  await account.simulated.deliveriesSettled();
  expect(eventTypes(account)).toContain("checkout.session.completed");
  expect((await account.stripe.events.list()).data).toEqual([]);
  await account.advance(59_999);
  expect((await account.stripe.events.list()).data).toEqual([]);
  await account.advance(1);
  const visible = await account.stripe.events.list();
  expect(visible.data).toHaveLength(4);
  expect(visible.data[0]?.created).toBe(start);
});

test("loses events when told to: only the session shows what happened, no webhook or list does", async () => {
  const account = openAccount();
  account.simulated.account.setLostEvents(["checkout.session.completed"]);
  const { sessionId } = await paidPoster(account);
  account.simulated.account.setLostEvents("all");
  await paidPoster(account);
  account.simulated.account.setLostEvents([]);
  await account.simulated.deliveriesSettled();
  expect(eventTypes(account)).toEqual([
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
  ]);
  expect((await account.stripe.events.list()).data).toHaveLength(3);
  expect((await account.stripe.checkout.sessions.retrieve(sessionId)).payment_status).toBe("paid");
});

/** Opens sessions without the SDK, which would take most of the time. */
async function manySessions(account: TestAccount, count: number): Promise<string[]> {
  const body = new URLSearchParams({
    mode: "payment",
    "line_items[0][price]": "price_poster_a2",
    "line_items[0][quantity]": "1",
    success_url: "http://127.0.0.1:8888/success.html",
  }).toString();
  const headers = {
    authorization: "Bearer sk_test_123",
    "content-type": "application/x-www-form-urlencoded",
  };
  const ids: string[] = [];
  while (ids.length < count) {
    const url = "https://api.stripe.com/v1/checkout/sessions";
    const response = await account.simulated.handleApi(new Request(url, { method: "POST", headers, body }));
    ids.push(((await response.json()) as { id: string }).id);
  }
  return ids;
}
