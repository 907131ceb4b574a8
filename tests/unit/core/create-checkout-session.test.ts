import { afterEach, beforeEach, expect, test } from "vitest";

import { openTestShop, type TestShop } from "../../test-shop.ts";

let shop: TestShop;
beforeEach(() => {
  shop = openTestShop();
});
afterEach(() => shop.close());

const ENDPOINT = "https://shop.example/api/create-checkout-session";
const KEY = "4be9a4f0-6a3c-4c57-9e0b-0d9b1b0f0a11";

function post(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return shop.app.createCheckoutSession(
    new Request(ENDPOINT, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    }),
  );
}

function postForm(fields: Record<string, string>): Promise<Response> {
  return shop.app.createCheckoutSession(
    new Request(ENDPOINT, { method: "POST", body: new URLSearchParams(fields) }),
  );
}

const creations = () =>
  shop.stripe.calls().filter((call) => call.method === "POST" && call.path === "/v1/checkout/sessions");

test("JSON gets the address of Stripe's page", async () => {
  const response = await post({ price_id: "price_poster_a2", quantity: 2 });
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    url: expect.stringMatching(/^https:\/\/checkout\.stripe\.com\/c\/pay\/cs_test_/),
  });
  expect(creations()[0]?.parameters).toEqual({
    mode: "payment",
    line_items: { 0: { price: "price_poster_a2", quantity: "2" } },
    success_url: "https://shop.example/success.html?session_id={CHECKOUT_SESSION_ID}",
    cancel_url: "https://shop.example/canceled.html?session_id={CHECKOUT_SESSION_ID}",
    // 12:00:00, then the rest of five minutes, one to spare, and thirty.
    expires_at: String(Date.UTC(2026, 10, 21, 12, 36) / 1_000),
    metadata: { static_checkout: "1" },
    payment_intent_data: { metadata: { static_checkout: "1" } },
  });
});

test("a recurring price opens a subscription, whatever the browser thinks", async () => {
  await post({ price_id: "price_almanac_monthly" });
  expect(creations()[0]?.parameters).toMatchObject({
    mode: "subscription",
    subscription_data: { metadata: { static_checkout: "1" } },
  });
  expect(creations()[0]?.parameters).not.toHaveProperty("payment_intent_data");
});

test("Stripe is asked about a price once per instance", async () => {
  for (let click = 0; click < 3; click += 1) await post({ price_id: "price_poster_a2" });
  expect(shop.stripe.calls().filter((call) => call.path === "/v1/prices/price_poster_a2")).toHaveLength(1);
  expect(creations()).toHaveLength(3);
});

test("a plain form is answered 303 to Stripe's page", async () => {
  const response = await postForm({ price_id: "price_poster_a2", quantity: "2" });
  expect(response.status).toBe(303);
  expect(response.headers.get("Location")).toMatch(/^https:\/\/checkout\.stripe\.com\/c\/pay\/cs_test_/);
});

test("a form that fails gets a page with a way back, and nothing of the request in it", async () => {
  const response = await postForm({ price_id: "<script>alert(1)</script>" });
  expect(response.status).toBe(400);
  expect(response.headers.get("Content-Type")).toBe("text/html; charset=utf-8");
  const html = await response.text();
  expect(html).toContain('<a href="https://shop.example">Back to the shop</a>');
  expect(html).toContain("Nothing was charged.");
  expect(html).not.toContain("alert(1)");
});

test("D15: the same key and purchase give the same session; the same key for another purchase is 409", async () => {
  const first = await (await post({ price_id: "price_poster_a2" }, { "Idempotency-Key": KEY })).json();
  expect(await (await post({ price_id: "price_poster_a2" }, { "Idempotency-Key": KEY })).json()).toEqual(
    first,
  );
  const other = await post({ price_id: "price_poster_a2", quantity: 2 }, { "Idempotency-Key": KEY });
  expect(other.status).toBe(409);
  expect(await other.json()).toMatchObject({ error: { code: "idempotency_key_reused" } });
  expect(Object.keys(shop.stripe.state().checkoutSessions)).toHaveLength(1);
});

test("B10: a failure that Stripe stored under the key does not stand in the way of the retry", async () => {
  let failures = 1;
  shop.stripe.faults.duringApi = ({ path }) =>
    path === "/v1/checkout/sessions" && failures-- > 0
      ? Response.json({ error: { type: "api_error", message: "boom" } }, { status: 500 })
      : undefined;
  const first = await post({ price_id: "price_poster_a2" }, { "Idempotency-Key": KEY });
  expect(first.status).toBe(200);
  const second = await post({ price_id: "price_poster_a2" }, { "Idempotency-Key": KEY });
  expect(await second.json()).toEqual(await first.json());
  expect(Object.keys(shop.stripe.state().checkoutSessions)).toHaveLength(1);
});

test.for(["short", "x".repeat(65), "with blanks in the key"])(
  "the key %j is refused with 400",
  async (key) => {
    expect((await post({ price_id: "price_poster_a2" }, { "Idempotency-Key": key })).status).toBe(400);
  },
);

test("an unknown price is 400 for the buyer and a hint for the owner", async () => {
  const response = await post({ price_id: "price_unknown" });
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({
    error: { code: "unknown_price", message: "This item is not for sale at the moment." },
    requestId: expect.any(String),
  });
  expect(shop.log).toContainEqual(
    expect.objectContaining({ event: "price_refused", fix: expect.stringContaining("data-price-id") }),
  );
});

test("a price that was archived after we learned of it is refused too", async () => {
  await post({ price_id: "price_poster_a2" });
  const price = shop.stripe.state().prices["price_poster_a2"];
  if (price === undefined) throw new Error("the catalog has no poster");
  price.active = false;
  expect((await post({ price_id: "price_poster_a2" })).status).toBe(400);
});

test("Stripe down is 503 with Retry-After, and no word of Stripe's", async () => {
  shop.stripe.faults.beforeApi = () => Response.error();
  const response = await post({ price_id: "price_poster_a2" });
  expect(response.status).toBe(503);
  expect(response.headers.get("Retry-After")).toBe("5");
  expect(await response.json()).toMatchObject({ error: { code: "stripe_unavailable" } });
});

test("A27: too many requests at Stripe is 503 with Retry-After", async () => {
  shop.stripe.faults.beforeApi = () =>
    Response.json(
      { error: { type: "invalid_request_error", code: "rate_limit", message: "Too many" } },
      { status: 429 },
    );
  expect((await post({ price_id: "price_poster_a2" })).status).toBe(503);
});

test("C17: a refused key is a neutral 500, and the log tells the owner what to do", async () => {
  shop.close();
  shop = openTestShop({ environment: { STRIPE_SECRET_KEY: "sk_live_wrong" } });
  const response = await post({ price_id: "price_poster_a2" });
  expect(response.status).toBe(500);
  const body = JSON.stringify(await response.json());
  expect(body).toContain("shop_not_configured");
  expect(body).not.toMatch(/key|stripe/i);
  expect(shop.log).toContainEqual(
    expect.objectContaining({
      event: "stripe_key_refused",
      fix: expect.stringContaining("STRIPE_SECRET_KEY"),
    }),
  );
});

test("C17: a wrong environment is a neutral 500, and the log names the variable", async () => {
  shop.close();
  shop = openTestShop({ environment: { STRIPE_WEBHOOK_SECRET: "" } });
  for (const response of [
    await post({ price_id: "price_poster_a2" }),
    await shop.notify("cs_test_1"),
    await shop.app.orderStatus(new Request("https://shop.example/")),
  ]) {
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ error: { code: "shop_not_configured" } });
  }
  expect(shop.log).toContainEqual(
    expect.objectContaining({
      event: "configuration_wrong",
      problem: expect.stringContaining("STRIPE_WEBHOOK_SECRET"),
    }),
  );
});

test.for([
  ["text/plain", 415],
  ["multipart/form-data; boundary=x", 415],
  ["", 415],
  ["application/json; charset=utf-8", 200],
] as const)("D09: the content type %j is answered %i", async ([type, status]) => {
  expect((await post({ price_id: "price_poster_a2" }, { "Content-Type": type })).status).toBe(status);
});

test("D18: bodies that are too long, not UTF-8 or not JSON are refused", async () => {
  expect((await post(`{"price_id":"${"x".repeat(9_000)}"}`)).status).toBe(413);
  expect((await post("{")).status).toBe(400);
  expect((await post("")).status).toBe(400);
  expect((await post("[".repeat(4_000))).status).toBe(400);
  const bytes = new Request(ENDPOINT, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: new Uint8Array([0x22, 0xff, 0x22]),
  });
  expect((await shop.app.createCheckoutSession(bytes)).status).toBe(400);
});

test("D07: no header can move the addresses buyers come back to", async () => {
  for (const name of ["Host", "X-Forwarded-Host", "X-Forwarded-Proto", "Origin", "Referer", "Forwarded"]) {
    await post({ price_id: "price_poster_a2" }, { [name]: "https://evil.example" });
  }
  for (const call of creations()) {
    expect(call.parameters["success_url"]).toMatch(/^https:\/\/shop\.example\//);
    expect(call.parameters["cancel_url"]).toMatch(/^https:\/\/shop\.example\//);
  }
});

test("D21, D22: every answer forbids storing, sniffing and framing, and carries a request id", async () => {
  const answers = [
    await post({ price_id: "price_poster_a2" }),
    await post("{"),
    await postForm({}),
    await post({ price_id: "price_unknown" }),
  ];
  answers.push(await shop.app.createCheckoutSession(new Request(ENDPOINT, { method: "OPTIONS" })));
  for (const { headers } of answers) {
    expect(headers.get("Cache-Control")).toBe("no-store");
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(headers.get("Content-Security-Policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("X-Request-Id")).toMatch(/^[\w-]{16}$/);
  }
});

test("OPTIONS, with which the browser script wakes the function, is answered 204", async () => {
  const response = await shop.app.createCheckoutSession(new Request(ENDPOINT, { method: "OPTIONS" }));
  expect(response.status).toBe(204);
  expect(response.headers.get("Allow")).toBe("POST, OPTIONS");
});

test("one line is logged per request, with its id and its outcome", async () => {
  await post({ price_id: "price_poster_a2" });
  expect(shop.log).toEqual([
    expect.objectContaining({
      event: "request",
      route: "create-checkout-session",
      method: "POST",
      status: 200,
      sessionId: expect.any(String),
      requestId: expect.any(String),
    }),
  ]);
});
