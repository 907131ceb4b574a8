import { afterEach, beforeEach, expect, test } from "vitest";

import { ROUTES } from "../../../core/routes/table.ts";
import { CANARY_BUYER, CANARY_KEYS, findCanaries } from "../../support/canaries.ts";
import { openTestShop, signedWebhook, type TestShop } from "../../support/test-shop.ts";

/** Everything that leaves the shop except bodies for Stripe: the log, addresses of requests, and answers to strangers. */
const seen: string[] = [];
let shop: TestShop;

beforeEach(() => {
  seen.length = 0;
  open();
});
afterEach(() => shop.close());

function open(options: Parameters<typeof openTestShop>[0] = {}): void {
  shop = openTestShop({
    ...options,
    environment: { CRON_SECRET: CANARY_KEYS.cron, ...options.environment },
    replace: {
      fetch: (input, init) => {
        seen.push(`URL ${String(input instanceof Request ? input.url : input)}`);
        return shop.stripe.fetch(input, init);
      },
      ...options.replace,
    },
  });
}

async function paidSession(): Promise<string> {
  const sessionId = await shop.openSession();
  const { email, name, phone, address } = CANARY_BUYER;
  shop.stripe.buyer.pay(sessionId, { email, name, phone, shipping: { name, address } });
  return sessionId;
}

/** Sends every route what a stranger can send, and some of what only Stripe and the host can. */
async function driveEveryRoute(sessionId: string): Promise<void> {
  const { app, clock } = shop;
  const requests: [keyof TestShop["app"], Request][] = [
    ["createCheckoutSession", post("create-checkout-session", { price_id: "price_poster_a2" })],
    ["createCheckoutSession", post("create-checkout-session", { price_id: CANARY_KEYS.stripe })],
    [
      "createCheckoutSession",
      post("create-checkout-session", { price_id: "price_none", email: CANARY_BUYER.email }),
    ],
    ["createCheckoutSession", post("create-checkout-session", `{"price_id": ${CANARY_BUYER.email}`)],
    ["createCheckoutSession", new Request(at("create-checkout-session"), { method: "DELETE" })],
    ["openCheckout", new Request(at(`open-checkout?token=${sessionId}.1.x&to=${CANARY_KEYS.stripe}`))],
    ["webhook", signedWebhook(eventAbout(sessionId, "checkout.session.completed"), clock.nowMs)],
    ["webhook", signedWebhook(eventAbout(sessionId, "charge.refunded"), clock.nowMs)],
    ["webhook", signedWebhook(`{"email": "${CANARY_BUYER.email}"`, clock.nowMs)],
    ["webhook", signedWebhook(JSON.stringify({ customer_details: CANARY_BUYER }), clock.nowMs)],
    ["webhook", post("webhook", { customer_details: CANARY_BUYER })],
    ["orderStatus", new Request(at(`order-status?session_id=${sessionId}`))],
    ["orderStatus", new Request(at("order-status?session_id=cs_test_unknown00000"))],
    ["download", new Request(at(`download?token=${sessionId}.1.${CANARY_KEYS.stripe}`))],
    ["license", post("license", { key: `LICENSE1-${CANARY_BUYER.email}` })],
    ["license", post("license", `{"key": ${CANARY_BUYER.email}`)],
    ["resendMail", post("resend-mail", { session_id: sessionId })],
    ["resendMail", post("resend-mail", { session_id: sessionId, email: CANARY_BUYER.email })],
    ["reconcile", new Request(at("reconcile"))],
    [
      "reconcile",
      new Request(at("reconcile"), { headers: { Authorization: `Bearer x${CANARY_KEYS.cron}` } }),
    ],
    ["reconcile", new Request(at("reconcile"), { headers: { Authorization: `Bearer ${CANARY_KEYS.cron}` } })],
    ["scheduledReconcile", post("reconcile", {})],
    ["health", new Request(at("health"))],
  ];
  expect(new Set(requests.map(([route]) => route))).toEqual(
    new Set([...Object.keys(ROUTES), "scheduledReconcile"]),
  );
  for (const [route, request] of requests) {
    const answer = await app[route](request);
    seen.push(`${route} ${answer.status} ${JSON.stringify([...answer.headers])} ${await answer.text()}`);
  }
}

function expectNothingPrivate(): void {
  const leaks = [...seen, ...shop.log.map((line) => `LOG ${JSON.stringify(line)}`)].filter(
    (text) => findCanaries(text).length > 0,
  );
  expect(leaks).toEqual([]);
  expect(shop.log.length).toBeGreaterThan(10);
  // No stack and no path of ours either.
  expect(seen.join("\n")).not.toMatch(/\bat \S+ \(|node_modules|core\/|\.ts:\d/);
}

test("C15 D03: a whole sale shows neither buyer nor key in the log, in an address or to a stranger", async () => {
  await driveEveryRoute(await paidSession());
  // Someone who knows the order's number asked for the second one.
  expect(shop.mails.map(({ to }) => to)).toEqual([CANARY_BUYER.email, CANARY_BUYER.email]);
  expect(seen.filter((text) => text.startsWith("URL ")).length).toBeGreaterThan(5);
  expectNothingPrivate();
});

test("C15: the same holds with orders kept in Stripe", async () => {
  shop.close();
  open({ engine: "stripe" });
  await driveEveryRoute(await paidSession());
  expectNothingPrivate();
});

test("C15 C17: a mail server that names the buyer in its refusal puts no name into the log", async () => {
  shop.close();
  const refusal = new Error(
    `550 <${CANARY_BUYER.email}> ${CANARY_BUYER.email} unknown (key ${CANARY_KEYS.stripe})`,
  );
  open({ replace: { mailer: { send: () => Promise.reject(refusal) } } });
  const sessionId = await paidSession();
  for (let delivery = 0; delivery < 12; delivery += 1) {
    await shop.notify(sessionId);
    shop.clock.nowMs += 3_600_000;
  }
  await driveEveryRoute(sessionId);
  expect(shop.log).toContainEqual(expect.objectContaining({ event: "order_needs_attention" }));
  expectNothingPrivate();
});

test(
  "C15 C17: Stripe's errors that quote the key and the buyer stay out of the log and the answers",
  { timeout: 60_000 },
  async () => {
    const sessionId = await paidSession();
    const message = `Invalid API Key provided: ${CANARY_KEYS.stripe}; customer ${CANARY_BUYER.email}, card 4242424242424242`;
    for (const status of [401, 402, 500]) {
      shop.stripe.faults.beforeApi = () =>
        Response.json(
          { error: { type: "invalid_request_error", message } },
          // Stripe sends this with most of its 500s; without it the SDK would wait and retry.
          { status, headers: { "Stripe-Should-Retry": "false" } },
        );
      await driveEveryRoute(sessionId);
    }
    shop.stripe.faults.beforeApi = undefined;
    expectNothingPrivate();
  },
);

test("C15 C17: a store that throws with the buyer in its message leaks nothing", async () => {
  const sessionId = await paidSession();
  const down = (): Promise<never> =>
    Promise.reject(new Error(`cannot write {"email":"${CANARY_BUYER.email}"} with ${CANARY_KEYS.webhook}`));
  Object.assign(shop.store, {
    readControl: down,
    writeControl: down,
    readSnapshot: down,
    writeSnapshot: down,
  });
  await driveEveryRoute(sessionId);
  expectNothingPrivate();
});

test("C15 C17: the log names wrong variables without their values", async () => {
  shop.close();
  open({
    environment: {
      STRIPE_SECRET_KEY: `${CANARY_KEYS.stripe} x`,
      CRON_SECRET: "short",
      SITE_URL: CANARY_KEYS.signing,
    },
  });
  await driveEveryRoute("cs_test_unknown00000");
  expect(shop.log).toContainEqual(expect.objectContaining({ event: "configuration_wrong" }));
  expectNothingPrivate();
});

function at(path: string): string {
  return `https://shop.example/api/${path}`;
}

function post(path: string, body: object | string): Request {
  return new Request(at(path), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

function eventAbout(objectId: string, type: string): string {
  return JSON.stringify({
    object: "event",
    id: "evt_canary",
    type,
    livemode: false,
    data: { object: { id: objectId, customer_details: CANARY_BUYER } },
  });
}
