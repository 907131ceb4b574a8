import { afterEach, beforeEach, expect, test } from "vitest";

import { openTestShop, type TestShop } from "../../test-shop.ts";

let shop: TestShop;
beforeEach(() => {
  shop = openTestShop();
});
afterEach(() => shop.close());

const retrievals = (sessionId: string): number =>
  shop.stripe.calls().filter((call) => call.method === "GET" && call.path.endsWith(sessionId)).length;

test("D01: an unfinished checkout is open, with a way back to it, and nothing is stored", async () => {
  const sessionId = await shop.openSession();
  const { status, body } = await shop.status(sessionId);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    state: "open",
    checkoutUrl: expect.stringContaining(sessionId),
    totalMinor: 3200,
  });
  expect(await shop.store.readControl(sessionId)).toBeUndefined();
});

test("an abandoned checkout is expired and offers no way back", async () => {
  const sessionId = await shop.openSession();
  shop.stripe.account.expire(sessionId);
  const { body } = await shop.status(sessionId);
  expect(body).toMatchObject({ state: "expired" });
  expect(body).not.toHaveProperty("checkoutUrl");
});

test("A31: without any webhook the page that the buyer waits at gets the order fulfilled", async () => {
  const sessionId = await shop.openSession();
  shop.stripe.buyer.pay(sessionId);
  expect((await shop.status(sessionId)).body).toMatchObject({
    state: "fulfilled",
    currency: "eur",
    totalMinor: 3200,
  });
  expect(shop.mails).toHaveLength(1);
});

test("A05: webhook and page at the same time fulfil once", async () => {
  const sessionId = await shop.openSession();
  shop.stripe.buyer.pay(sessionId);
  await Promise.all([
    shop.notify(sessionId),
    shop.status(sessionId),
    shop.notify(sessionId),
    shop.status(sessionId),
  ]);
  expect((await shop.status(sessionId)).body).toMatchObject({ state: "fulfilled" });
  expect(shop.mails).toHaveLength(1);
  expect((await shop.store.readControl(sessionId))?.control.fence).toBe(1);
});

test("D03: what the page is told holds nothing about the buyer", async () => {
  const sessionId = await shop.openSession();
  shop.stripe.buyer.pay(sessionId, { email: "canary@example.com", name: "Canary Name" });
  const { body } = await shop.status(sessionId);
  expect(Object.keys(body).toSorted()).toEqual(["currency", "items", "mode", "state", "totalMinor"]);
  expect(body["items"]).toEqual([{ name: "Tide chart poster, A2", quantity: 1, amountMinor: 3200 }]);
  expect(JSON.stringify(body)).not.toMatch(/canary/i);
});

test("a slow payment is awaiting payment, then paid, and a failed one is failed", async () => {
  const first = await shop.openSession("price_print_deposit");
  shop.stripe.buyer.pay(first, { delayed: "succeeds" });
  expect((await shop.status(first)).body).toMatchObject({ state: "awaiting_payment" });
  shop.stripe.account.settleDelayed(first);
  shop.clock.nowMs += 5_000;
  expect((await shop.status(first)).body).toMatchObject({ state: "fulfilled" });

  const second = await shop.openSession("price_print_deposit");
  shop.stripe.buyer.pay(second, { delayed: "fails" });
  shop.stripe.account.settleDelayed(second);
  expect((await shop.status(second)).body).toMatchObject({ state: "payment_failed" });
});

test("D14: however many pages ask, Stripe is asked about an order once in 5 seconds", async () => {
  const sessionId = await shop.openSession("price_print_deposit");
  shop.stripe.buyer.pay(sessionId, { delayed: "succeeds" });
  await shop.notify(sessionId);
  shop.clock.nowMs += 5_000;
  const before = retrievals(sessionId);
  for (let poll = 0; poll < 500; poll += 1) {
    expect((await shop.status(sessionId)).body).toMatchObject({ state: "awaiting_payment" });
    shop.clock.nowMs += 20;
  }
  expect(retrievals(sessionId) - before).toBeLessThanOrEqual(2);
});

test("a fulfilled order is answered from the store alone", async () => {
  const sessionId = await shop.openSession();
  shop.stripe.buyer.pay(sessionId);
  await shop.notify(sessionId);
  const before = retrievals(sessionId);
  shop.clock.nowMs += 60_000;
  await shop.status(sessionId);
  expect(retrievals(sessionId)).toBe(before);
});

test("a page does not try a failed step again before it is due", async () => {
  let tries = 0;
  shop.close();
  shop = openTestShop({
    replace: {
      mailer: {
        send: () => {
          tries += 1;
          return Promise.reject(new Error("refused"));
        },
      },
    },
  });
  const sessionId = await shop.openSession();
  shop.stripe.buyer.pay(sessionId);
  await shop.notify(sessionId);
  for (let second = 0; second < 29; second += 1) {
    shop.clock.nowMs += 1_000;
    expect((await shop.status(sessionId)).body).toMatchObject({ state: "paid" });
  }
  expect(tries).toBe(1);
  shop.clock.nowMs += 1_000;
  await shop.status(sessionId);
  expect(tries).toBe(2);
});

test("D02, D19: unknown, malformed, foreign and doubled ids all get the same 404", async () => {
  const answers = new Set<string>();
  for (const query of [
    "",
    "?session_id=",
    "?session_id=cs_test_unknown000000",
    "?session_id=cs_live_unknown000000",
    "?session_id=../v1/events",
    "?session_id=cs_test_aaaaaaaaaaaa&session_id=cs_test_bbbbbbbbbbbb",
  ]) {
    const response = await shop.app.orderStatus(new Request(`https://shop.example/api/order-status${query}`));
    const { error } = (await response.json()) as { error: object };
    answers.add(JSON.stringify([response.status, error]));
  }
  expect([...answers]).toEqual([
    JSON.stringify([404, { code: "order_not_found", message: "We could not find this order." }]),
  ]);
});

test("while Stripe is down the page is told to ask again, never that the payment failed", async () => {
  const sessionId = await shop.openSession();
  shop.stripe.buyer.pay(sessionId);
  shop.stripe.faults.beforeApi = () => Response.error();
  const { status, body } = await shop.status(sessionId);
  expect(status).toBe(503);
  expect(body).toMatchObject({ error: { code: "try_again" } });
  shop.stripe.faults.beforeApi = undefined;
  expect((await shop.status(sessionId)).body).toMatchObject({ state: "fulfilled" });
});

test("while Stripe is down an order that is known is shown as it was known", async () => {
  const sessionId = await shop.openSession("price_print_deposit");
  shop.stripe.buyer.pay(sessionId, { delayed: "succeeds" });
  await shop.notify(sessionId);
  shop.clock.nowMs += 6_000;
  shop.stripe.faults.beforeApi = () => Response.error();
  expect(await shop.status(sessionId)).toMatchObject({ status: 200, body: { state: "awaiting_payment" } });
});

test("D14: polling an unfinished checkout, or an id that does not exist, asks Stripe once in a while", async () => {
  const sessionId = await shop.openSession();
  const before = shop.stripe.calls().length;
  for (let poll = 0; poll < 20; poll += 1) {
    await shop.status(sessionId);
    await shop.status("cs_test_doesnotexist00");
  }
  expect(shop.stripe.calls().length - before).toBe(2);
});
