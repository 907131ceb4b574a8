import { gzipSync } from "node:zlib";

import { afterEach, beforeEach, expect, test } from "vitest";

import type { App } from "../../../core/app.ts";
import { createClaimCookies } from "../../../core/auth/claim-cookies.ts";
import { createHopLinks } from "../../../core/auth/hop-links.ts";
import { readLicenseKeys } from "../../../core/config/licenses.ts";
import { createDownloadLinks } from "../../../core/delivery/files/download-links.ts";
import { createLicenseSigner } from "../../../core/delivery/licenses/license-signer.ts";
import { ROUTES as ROUTE_TABLE } from "../../../core/routes/table.ts";
import { createSigner } from "../../../core/auth/signer.ts";
import type { Storage } from "../../../core/stores/storage.ts";
import { CANARY_KEYS } from "../../support/canaries.ts";
import { ENVIRONMENT, openTestShop, signedWebhook, type TestShop } from "../../support/test-shop.ts";

// What holds for every route, including those that the adapters' cases do not reach.
type HandlerName = Exclude<keyof App, "fetch">;

const METHODS: Record<HandlerName, "GET" | "POST"> = {
  createCheckoutSession: "POST",
  openCheckout: "GET",
  webhook: "POST",
  orderStatus: "GET",
  download: "GET",
  license: "POST",
  resendMail: "POST",
  reconcile: "GET",
  scheduledReconcile: "POST",
  health: "GET",
};
const ROUTES = Object.keys(METHODS) as HandlerName[];
const ALLOW = { GET: "GET, HEAD, OPTIONS", POST: "POST, OPTIONS" } as const;
const CRON_SECRET = CANARY_KEYS.cron;
const LICENSE_PRIVATE_KEY = "lsk1_20261101_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";
const LICENSE = createLicenseSigner(readLicenseKeys({ LICENSE_PRIVATE_KEY }).keys).issue(
  { orderId: "cs_test_0123456789", livemode: false, createdMs: Date.UTC(2026, 10, 21) },
  "ebb",
  1,
);

const STRIPES_PAGE = "https://checkout.stripe.com/c/pay/cs_test_0123456789#abc";
const JSON_TYPE = { "Content-Type": "application/json" };
const POSTER = '{"price_id":"price_poster_a2"}';
const COMPLETED = JSON.stringify({
  object: "event",
  id: "evt_1",
  type: "checkout.session.completed",
  livemode: false,
  data: { object: { id: "cs_test_0123456789" } },
});

let shop: TestShop;
beforeEach(() => {
  shop = openTestShop({ environment: { CRON_SECRET, LICENSE_PRIVATE_KEY } });
});
afterEach(() => shop.close());

test("the routes are these ten", () => {
  expect(Object.keys(shop.app).toSorted()).toEqual([...ROUTES, "fetch"].toSorted());
});

test.for(Object.entries(ROUTE_TABLE))(
  "fetch leads to %s, with and without a slash at the end",
  async ([key, route]) => {
    for (const end of ["", "/"]) {
      const response = await shop.app.fetch(
        new Request(`https://shop.example${route.path}${end}`, { method: "PUT" }),
      );
      expect({ status: response.status, allow: response.headers.get("Allow") }).toEqual({
        status: 405,
        allow: ALLOW[METHODS[key as HandlerName]],
      });
      expect(shop.log.at(-1)).toMatchObject({ event: "request", route: route.name, status: 405 });
    }
  },
);

test.for([
  "",
  "/",
  "/api",
  "/api/",
  "/api/nothing",
  "/api/health/more",
  "/API/HEALTH",
  "//api/health",
  "/.netlify/functions/shop",
])("fetch answers 404 at %j", async (path) => {
  for (const method of ["GET", "POST"]) {
    const response = await shop.app.fetch(new Request(`https://shop.example${path}`, { method }));
    await expectRefused(response, 404, "not_found");
  }
});

test("fetch has no way to the run that only the host's own scheduler may start", async () => {
  const response = await shop.app.fetch(at("reconcile", { method: "POST" }));
  await expectRefused(response, 405, "method_not_allowed");
});

const at = (path: string, init?: RequestInit): Request =>
  new Request(`https://shop.example/api/${path}`, init);

async function expectRefused(response: Response, status: number, code: string): Promise<void> {
  const body = (await response.json()) as { error: { code: string }; requestId: string };
  expect({ status: response.status, code: body.error.code }).toEqual({ status, code });
  expect(Object.keys(body).toSorted()).toEqual(["error", "requestId"]);
  expectHardened(response);
}

function expectHardened({ headers, status }: Response): void {
  expect(headers.get("Cache-Control")).toBe("no-store");
  expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
  expect(headers.get("Content-Security-Policy")).toBe(
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  );
  expect(headers.get("Strict-Transport-Security")).toMatch(/^max-age=63072000/);
  expect(headers.get("Referrer-Policy")).toBe("no-referrer");
  expect(headers.get("X-Frame-Options")).toBe("DENY");
  expect(headers.get("Cross-Origin-Resource-Policy")).toBe("same-origin");
  expect(headers.get("X-Request-Id")).toMatch(/^[\w-]{16}$/);
  if (status !== 204 && status !== 303)
    expect(headers.get("Content-Type")).toMatch(/^(?:application\/json|text\/html); charset=utf-8$/);
}

test.for(ROUTES)("C11: %s answers every other method with 405 and Allow", async (route) => {
  const allow = ALLOW[METHODS[route]];
  for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PROPFIND", "BREW"]) {
    if (allow.split(", ").includes(method)) continue;
    const response = await shop.app[route](at("x", { method }));
    expect(response.headers.get("Allow")).toBe(allow);
    await expectRefused(response, 405, "method_not_allowed");
  }
});

test.for(ROUTES)("D21 D22: %s sends every security header with OPTIONS and with an answer", async (route) => {
  const options = await shop.app[route](at("x", { method: "OPTIONS" }));
  expect(options.status).toBe(204);
  expectHardened(options);
  const headers = { Authorization: `Bearer ${CRON_SECRET}`, "Content-Type": "application/json" };
  const answer = await shop.app[route](at("x", { method: METHODS[route], headers }));
  expect(answer.status).toBeLessThan(500);
  expectHardened(answer);
});

/** One request per route that reaches the route's dependencies. */
const WORKING: Record<HandlerName, (nowMs: number) => Request> = {
  createCheckoutSession: () => at("x", { method: "POST", headers: JSON_TYPE, body: POSTER }),
  openCheckout: (nowMs) => {
    const now = (): number => nowMs;
    const signer = createSigner([ENVIRONMENT.STRIPE_SECRET_KEY], "open-checkout", now);
    const hops = createHopLinks(signer, "https://shop.example", now);
    return new Request(hops.urlOf({ orderId: "cs_test_0123456789", checkoutUrl: STRIPES_PAGE }));
  },
  webhook: (nowMs) => signedWebhook(COMPLETED, nowMs),
  orderStatus: () => at("order-status?session_id=cs_test_0123456789"),
  download: (nowMs) => {
    const now = (): number => nowMs;
    const signer = createSigner([ENVIRONMENT.STRIPE_SECRET_KEY], "download", now);
    const links = createDownloadLinks(signer, "https://shop.example", now);
    return new Request(links.urlOf("cs_test_0123456789", "fileId_12345", nowMs + 60_000));
  },
  license: () =>
    at("license", { method: "POST", headers: JSON_TYPE, body: JSON.stringify({ key: LICENSE }) }),
  resendMail: (nowMs) => {
    const now = (): number => nowMs;
    const signer = createSigner([ENVIRONMENT.STRIPE_SECRET_KEY], "claim-cookie", now);
    const claims = createClaimCookies(signer, "https://shop.example", now);
    const [cookie = ""] = claims.claim(at("x"), "cs_test_0123456789");
    const headers = { ...JSON_TYPE, Cookie: cookie.split(";")[0] ?? "" };
    return at("x", { method: "POST", headers, body: '{"session_id":"cs_test_0123456789"}' });
  },
  reconcile: () => at("reconcile", { headers: { Authorization: `Bearer ${CRON_SECRET}` } }),
  scheduledReconcile: () => at("reconcile", { method: "POST" }),
  health: () => at("health"),
};

/** A shop whose storage and Stripe throw at every call. */
function openBrokenShop(): void {
  shop.close();
  const fail = (): never => {
    throw new TypeError("Cannot read properties of undefined, at core/secret-place.ts:1:1");
  };
  const engine = new Proxy({}, { get: fail }) as Storage;
  shop = openTestShop({
    environment: { CRON_SECRET, LICENSE_PRIVATE_KEY },
    replace: { storage: engine, fetch: fail },
  });
}

test("C17 D21: openCheckout needs only its address, and redirects even where everything else is broken", async () => {
  openBrokenShop();
  const response = await shop.app.openCheckout(WORKING.openCheckout(shop.clock.nowMs));
  expect(response.status).toBe(303);
  expect(response.headers.get("Location")).toBe(STRIPES_PAGE);
  expect(response.headers.getSetCookie()).toHaveLength(1);
  expectHardened(response);
});

test.for(ROUTES.filter((route) => route !== "openCheckout"))(
  "C17: %s answers a failure halfway with a request id and nothing about the cause",
  async (route) => {
    openBrokenShop();
    const response = await shop.app[route](WORKING[route](shop.clock.nowMs));
    expect(response.status).toBeGreaterThanOrEqual(500);
    const text = await response.clone().text();
    expect(text).not.toMatch(/secret-place|Cannot read|TypeError|\bat \S+:\d|core\//);
    expectHardened(response);
    const logged = shop.log.find((line) => line["event"] === "request");
    expect(logged?.["requestId"]).toBe(response.headers.get("X-Request-Id"));
  },
);

const UNREADABLE: [string, Uint8Array<ArrayBuffer> | string, number, string][] = [
  ["gzip", gzipSync(POSTER), 400, "invalid_encoding"],
  ["UTF-16", Buffer.from(POSTER, "utf16le"), 400, "invalid_json"],
  ["UTF-16 with a byte order mark", Buffer.from(`\ufeff${POSTER}`, "utf16le"), 400, "invalid_encoding"],
  ["an over-long form of a slash", Buffer.from([0x22, 0xc0, 0xaf, 0x22]), 400, "invalid_encoding"],
  ["half a surrogate pair", Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 400, "invalid_encoding"],
  ["4,000 arrays in each other", "[".repeat(4_000), 400, "invalid_json"],
  ["4,000 arrays in each other, closed", "[".repeat(4_000) + "]".repeat(4_000), 400, "invalid_request"],
  ["a number that is too large", '{"price_id":"price_poster_a2","quantity":1e999}', 400, "invalid_quantity"],
  ["8 KB and a byte", `{"price_id":"${"x".repeat(8_178)}"}`, 413, "body_too_large"],
];

test.for(UNREADABLE)("D18: create-checkout-session refuses %s", async ([, body, status, code]) => {
  const request = at("create-checkout-session", {
    method: "POST",
    headers: JSON_TYPE,
    body,
  });
  await expectRefused(await shop.app.createCheckoutSession(request), status, code);
  expect(shop.stripe.calls()).toEqual([]);
});

test("D18: the last of two equal keys counts, and is checked like any other", async () => {
  const post = (body: string) =>
    shop.app.createCheckoutSession(at("x", { method: "POST", headers: JSON_TYPE, body }));
  await expectRefused(
    await post('{"price_id":"price_poster_a2","quantity":1,"quantity":1000}'),
    400,
    "invalid_quantity",
  );
  expect((await post('{"price_id":"price_poster_a2","quantity":1000,"quantity":1}')).status).toBe(200);
  const [creation] = shop.stripe.calls().filter(({ method }) => method === "POST");
  expect(creation?.parameters).toMatchObject({
    line_items: { 0: { price: "price_poster_a2", quantity: "1" } },
  });
});

const POLLUTING = [
  '{"price_id":"price_poster_a2","__proto__":{"polluted":true}}',
  '{"price_id":"price_poster_a2","constructor":{"prototype":{"polluted":true}}}',
  '{"__proto__":{"price_id":"price_poster_a2"}}',
  '{"price_id":{"__proto__":{"polluted":true}}}',
];

test.for(POLLUTING)("D16: %s is refused and pollutes nothing", async (body) => {
  const request = at("x", { method: "POST", headers: JSON_TYPE, body });
  await expectRefused(await shop.app.createCheckoutSession(request), 400, "invalid_request");
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  expect(({} as Record<string, unknown>)["price_id"]).toBeUndefined();
});

test.for([
  "__proto__=x",
  "__proto__[a]=1&price_id=price_poster_a2",
  "constructor=1&price_id=price_poster_a2",
])("D16: the form %s is refused and pollutes nothing", async (body) => {
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  const response = await shop.app.createCheckoutSession(at("x", { method: "POST", headers, body }));
  expect(response.status).toBe(400);
  expect(({} as Record<string, unknown>)["a"]).toBeUndefined();
});

test("D19: the query adds nothing to a body", async () => {
  const post = (query: string) =>
    shop.app.createCheckoutSession(at(`x?${query}`, { method: "POST", headers: JSON_TYPE, body: POSTER }));
  expect((await post("price_id=price_ebook_tides&quantity=50&success_url=https://evil.example")).status).toBe(
    200,
  );
  const [creation] = shop.stripe.calls().filter(({ method }) => method === "POST");
  expect(JSON.stringify(creation?.parameters)).not.toMatch(/evil|tides|50/);
});

test("C10: 10,000 signatures and a body of 5 MB are refused before anything is hashed", async () => {
  const signatures = `t=1,${Array.from({ length: 10_000 }, () => `v1=${"0".repeat(64)}`).join(",")}`;
  const flooded = at("webhook", { method: "POST", headers: { "Stripe-Signature": signatures }, body: "{}" });
  await expectRefused(await shop.app.webhook(flooded), 400, "invalid_signature");
  const large = at("webhook", {
    method: "POST",
    headers: { "Stripe-Signature": "t=1,v1=0" },
    body: "x".repeat(5_000_000),
  });
  await expectRefused(await shop.app.webhook(large), 413, "body_too_large");
});

test("C10 D18: a body with a small Content-Length or none is measured while it is read", async () => {
  let pulled = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 1;
      controller.enqueue(new Uint8Array(64 * 1024).fill(0x20));
    },
  });
  const headers = { ...JSON_TYPE, "Content-Length": "10" };
  const init: RequestInit & { duplex: "half" } = { method: "POST", headers, body: endless, duplex: "half" };
  await expectRefused(await shop.app.webhook(at("webhook", init)), 413, "body_too_large");
  expect(pulled).toBeLessThan(20);
});
