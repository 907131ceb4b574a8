import { afterEach, beforeEach, expect, test } from "vitest";

import type { Catalog, KnownPrice } from "../../../../core/shop-definition/catalog.ts";
import type { ShopDefinition } from "../../../../core/shop-definition/shop-definition.ts";
import { purchase } from "../../../support/purchase.ts";
import { siteOf } from "../../../support/test-site.ts";
import { openTestShop, type TestShop } from "../../../support/test-shop.ts";

let shop: TestShop;
beforeEach(() => {
  shop = openTestShop();
});
afterEach(() => shop.close());

const ENDPOINT = "https://shop.example/api/create-checkout-session";
const KEY = "4be9a4f0-6a3c-4c57-9e0b-0d9b1b0f0a11";

function post(body: object | string, headers: Record<string, string> = {}): Promise<Response> {
  return shop.app.createCheckoutSession(purchase(body, headers));
}

function postForm(fields: Record<string, string>): Promise<Response> {
  return shop.app.createCheckoutSession(
    new Request(ENDPOINT, { method: "POST", body: new URLSearchParams(fields) }),
  );
}

/** Another shop, in the same test. */
function sell(definition: ShopDefinition, known: Readonly<Record<string, KnownPrice>> = {}): void {
  shop.close();
  const site = siteOf(definition);
  const prices = Object.fromEntries(
    Object.keys(site.catalog.prices).map((name) => [name, name in known ? { known: known[name] } : {}]),
  ) as Catalog["prices"];
  shop = openTestShop({ site: { ...site, catalog: { prices } } });
}

/** Gives the poster's lookup key to another price, as the dashboard does with "transfer lookup key". */
function moveLookupKey(key: string, to: string): void {
  const { prices } = shop.stripe.state();
  for (const price of Object.values(prices)) if (price.lookup_key === key) price.lookup_key = null;
  const price = prices[to];
  if (price === undefined) throw new Error(`the catalog has no ${to}`);
  price.lookup_key = key;
}

const priceSold = () =>
  creations().map(({ parameters }) => {
    const [line] = Object.values(parameters["line_items"] as Record<string, { price: string }>);
    return line?.price;
  });

const asked = () => shop.stripe.calls().map(({ method, path }) => `${method} ${path}`);

const creations = () =>
  shop.stripe.calls().filter((call) => call.method === "POST" && call.path === "/v1/checkout/sessions");

/** The note of a sale: whose it is, where it was sold, and which price, by its id and by the lookup key that it had. */
const POSTER_SALE = {
  static_checkout: "1",
  static_checkout_site: "https://shop.example",
  static_checkout_price_id: "price_poster_a2",
  static_checkout_price: "poster_a2",
};

test("a JSON request gets the address of Stripe's page", async () => {
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
    managed_payments: { enabled: "false" },
    metadata: POSTER_SALE,
    payment_intent_data: { metadata: POSTER_SALE },
  });
});

test("a recurring price opens a subscription, whatever the browser says", async () => {
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

test("a plain form is answered with 303 to Stripe's page", async () => {
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

test("B10: a failure that Stripe stored under the key does not block the retry", async () => {
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

test("a price that a file offers and Stripe does not know is 400 for the buyer and a hint for the owner", async () => {
  sell({ prices: { price_unknown: {} } });
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

test("a price that was archived after the first look-up is refused, too", async () => {
  await post({ price_id: "price_poster_a2" });
  const price = shop.stripe.state().prices["price_poster_a2"];
  if (price === undefined) throw new Error("the catalog has no poster");
  price.active = false;
  expect((await post({ price_id: "price_poster_a2" })).status).toBe(400);
});

test("answers 503 with Retry-After while Stripe is down, and quotes nothing of Stripe's", async () => {
  shop.stripe.faults.beforeApi = () => Response.error();
  const response = await post({ price_id: "price_poster_a2" });
  expect(response.status).toBe(503);
  expect(response.headers.get("Retry-After")).toBe("5");
  expect(await response.json()).toMatchObject({ error: { code: "stripe_unavailable" } });
});

test("A27: answers 503 with Retry-After when Stripe refuses too many requests", async () => {
  shop.stripe.faults.beforeApi = () =>
    Response.json(
      { error: { type: "invalid_request_error", code: "rate_limit", message: "Too many" } },
      { status: 429 },
    );
  const response = await post({ price_id: "price_poster_a2" });
  expect(response.status).toBe(503);
  expect(response.headers.get("Retry-After")).toBe("5");
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

test("C03: health answers 503 and says that the environment is wrong, and the log names the variable", async () => {
  shop.close();
  shop = openTestShop({ environment: { STRIPE_WEBHOOK_SECRET: " " } });
  const response = await shop.app.health(new Request("https://shop.example/api/health"));
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({
    ok: false,
    mode: null,
    engine: null,
    lastWebhook: null,
    lastReconcile: null,
    problems: ["configuration_wrong"],
    advice: [],
  });
  expect(shop.log.filter(({ event }) => event === "configuration_wrong")).toEqual([
    expect.objectContaining({ problem: expect.stringMatching(/^STRIPE_WEBHOOK_SECRET is not set/) }),
  ]);
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

test("D07: no header can change the addresses that buyers return to", async () => {
  for (const name of ["Host", "X-Forwarded-Host", "X-Forwarded-Proto", "Origin", "Referer", "Forwarded"]) {
    await post({ price_id: "price_poster_a2" }, { [name]: "https://evil.example" });
  }
  // A page of another origin is refused; the others buy.
  expect(creations()).toHaveLength(5);
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

test("answers 204 to OPTIONS, which the browser script sends to wake the function", async () => {
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

test("B13: a price that no file offers is refused before Stripe is asked, and the log tells the owner why", async () => {
  const response = await post({ price_id: "price_of_another_shop" });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    error: { code: "unknown_price", message: "This item is not for sale at the moment." },
  });
  expect(asked()).toEqual([]);
  expect(shop.log).toContainEqual(
    expect.objectContaining({
      event: "price_unlisted",
      price: "price_of_another_shop",
      fix: expect.stringContaining("shop.config.ts"),
    }),
  );
});

test.for(["constructor", "toString", "hasOwnProperty", "valueOf"])(
  "D16: %s, which every object has, is not for sale",
  async (name) => {
    expect((await post({ price_id: name })).status).toBe(400);
    expect(asked()).toEqual([]);
  },
);

test("a lookup key sells the price that has it, and the session keeps the key", async () => {
  sell({ prices: { poster_a2: {} } });
  expect((await post({ price_id: "poster_a2" })).status).toBe(200);
  expect((await post({ price_id: "poster_a2" })).status).toBe(200);
  expect(priceSold()).toEqual(["price_poster_a2", "price_poster_a2"]);
  expect(asked().filter((call) => call === "GET /v1/prices")).toHaveLength(1);
  expect(creations()[0]?.parameters["metadata"]).toEqual(POSTER_SALE);
});

test("a lookup key that moves to another price is followed within five minutes", async () => {
  sell({ prices: { poster_a2: {} } });
  await post({ price_id: "poster_a2" });
  moveLookupKey("poster_a2", "price_ebook_tides");
  shop.clock.nowMs += 299_999;
  await post({ price_id: "poster_a2" });
  shop.clock.nowMs += 1;
  await post({ price_id: "poster_a2" });
  expect(priceSold()).toEqual(["price_poster_a2", "price_poster_a2", "price_ebook_tides"]);
});

test("a lookup key whose price was archived is followed at once, and the click is not lost", async () => {
  sell({ prices: { poster_a2: {} } });
  await post({ price_id: "poster_a2" }, { "Idempotency-Key": KEY });
  moveLookupKey("poster_a2", "price_ebook_tides");
  const old = shop.stripe.state().prices["price_poster_a2"];
  if (old === undefined) throw new Error("the catalog has no poster");
  old.active = false;
  const second = await post({ price_id: "poster_a2" }, { "Idempotency-Key": `${KEY}-2` });
  expect(second.status).toBe(200);
  expect(priceSold().at(-1)).toBe("price_ebook_tides");
});

test("a lookup key that no price has any more is 400 for the buyer and a hint for the owner", async () => {
  sell({ prices: { poster_a2: {} } });
  moveLookupKey("poster_a2", "price_ebook_tides");
  moveLookupKey("ebook_tides", "price_ebook_tides");
  const response = await post({ price_id: "poster_a2" });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { code: "unknown_price" } });
  expect(shop.log).toContainEqual(
    expect.objectContaining({ event: "lookup_key_unknown", fix: expect.stringContaining("lookup key") }),
  );
});

const KNOWN: KnownPrice = {
  id: "price_almanac_monthly",
  lookupKey: "almanac_monthly",
  mode: "subscription",
  livemode: false,
};

test("a price that the build has looked up costs no second call", async () => {
  sell({ prices: { almanac_monthly: {} } }, { almanac_monthly: KNOWN, price_almanac_monthly: KNOWN });
  expect((await post({ price_id: "almanac_monthly" })).status).toBe(200);
  expect((await post({ price_id: "price_almanac_monthly" })).status).toBe(200);
  expect(asked()).toEqual(["POST /v1/checkout/sessions", "POST /v1/checkout/sessions"]);
  expect(creations()[0]?.parameters).toMatchObject({ mode: "subscription" });
});

test("a price that the build looked up with a live key is unknown to a shop with a test key", async () => {
  const ofLiveMode = { ...KNOWN, id: "price_of_live_mode", livemode: true };
  sell({ prices: { almanac_monthly: {} } }, { almanac_monthly: ofLiveMode });
  expect((await post({ price_id: "almanac_monthly" })).status).toBe(200);
  expect(priceSold()).toEqual(["price_almanac_monthly"]);
});

test("B13: a quantity above the limit of shop.config.ts is refused before Stripe is asked, and the answer names the limit", async () => {
  sell({ prices: { poster_a2: { maxQuantity: 3 }, price_ebook_tides: { maxQuantity: 1 }, ebook_tides: {} } });
  const tooMany = await post({ price_id: "poster_a2", quantity: 4 });
  expect(tooMany.status).toBe(400);
  expect(await tooMany.json()).toMatchObject({
    error: { code: "invalid_quantity", message: "Please choose a whole number from 1 to 3." },
  });
  expect((await post({ price_id: "price_ebook_tides", quantity: 2 })).status).toBe(400);
  expect(asked()).toEqual([]);
  expect((await post({ price_id: "poster_a2", quantity: 3 })).status).toBe(200);
});

test("B13: the limit is 99 where shop.config.ts sets none", async () => {
  expect((await post({ price_id: "price_poster_a2", quantity: 100 })).status).toBe(400);
  expect(asked()).toEqual([]);
  expect((await post({ price_id: "price_poster_a2", quantity: 99 })).status).toBe(200);
});

test("B13: the limit holds whether a price is bought by its id or by its lookup key", async () => {
  sell({ prices: { poster_a2: { maxQuantity: 3 }, price_ebook_tides: { maxQuantity: 1 }, ebook_tides: {} } });
  expect((await post({ price_id: "price_poster_a2", quantity: 4 })).status).toBe(400);
  expect((await post({ price_id: "ebook_tides", quantity: 2 })).status).toBe(400);
  expect(creations()).toEqual([]);
});

test("A29: when Stripe uses up the time, the buyer is told to try again, not that the shop has failed", async () => {
  shop.stripe.faults.beforeApi = ({ url }) => {
    if (url.includes("/v1/prices")) shop.clock.nowMs += 11_700;
    return undefined;
  };
  const response = await post({ price_id: "price_poster_a2" });
  expect(response.status).toBe(503);
  expect(response.headers.get("Retry-After")).toBe("5");
  expect(await response.json()).toMatchObject({ error: { code: "stripe_unavailable" } });
  expect(creations()).toEqual([]);
});
