import { afterEach, expect, test } from "vitest";

import { openTestShop, type TestShop } from "../../support/test-shop.ts";

/**
 * I17: calls to Stripe are bounded. These are the most that each of them may take with the orders in Stripe, where a call costs
 * about 200 ms and 25 a second are allowed; fewer is better.
 */
const MOST = {
  webhook: 7,
  duplicate: 2,
  page: 2,
  health: 2,
  conflict: 40,
};

const MAIL = { SMTP_URL: "smtps://u:p@smtp.example:465", MAIL_FROM: "s@shop.example" };

let shop: TestShop;
afterEach(() => shop.close());

async function callsOf(work: () => Promise<unknown>): Promise<number> {
  const before = shop.stripe.calls().length;
  await work();
  return shop.stripe.calls().length - before;
}

async function paidSession(): Promise<string> {
  const orderId = await shop.openSession();
  shop.stripe.buyer.pay(orderId);
  return orderId;
}

test.for([
  ["alone", {}],
  ["with mail", MAIL],
] as const)("E34: Stripe calls of a card order %s stay within their bounds", async ([, environment]) => {
  shop = openTestShop({ engine: "stripe", environment });
  const orderId = await paidSession();
  expect(await callsOf(() => shop.notify(orderId))).toBeLessThanOrEqual(MOST.webhook);
  expect(await callsOf(() => shop.notify(orderId))).toBeLessThanOrEqual(MOST.duplicate);
  shop.clock.nowMs += 60_000;
  expect(await callsOf(() => shop.status(orderId))).toBeLessThanOrEqual(MOST.page);
  const health = () => shop.app.health(new Request("https://shop.example/api/health"));
  await health();
  shop.clock.nowMs += 60_000;
  expect(await callsOf(health)).toBeLessThanOrEqual(MOST.health);
});

test("E34: an order whose next version is spent costs a bounded number of calls, and two for each later look within a minute", async () => {
  shop = openTestShop({ engine: "stripe" });
  const orderId = await paidSession();
  shop.stripe.faults.duringApi = ({ method, path }) =>
    method === "POST" && path.startsWith("/v1/checkout/sessions/cs_") ? spent() : undefined;
  const first = await callsOf(() => shop.notify(orderId));
  expect(first).toBeGreaterThan(10);
  expect(first).toBeLessThanOrEqual(MOST.conflict);
  expect(await callsOf(() => shop.notify(orderId))).toBeLessThanOrEqual(2);
});

function spent(): Response {
  const message =
    "Keys for idempotent requests can only be used with the same parameters they were first used with.";
  return Response.json({ error: { type: "idempotency_error", message } }, { status: 400 });
}
