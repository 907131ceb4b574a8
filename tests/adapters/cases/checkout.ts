import assert from "node:assert/strict";

import type { AdapterCase } from "../adapter-case.ts";
import { expectError, expectRetryAfter } from "../expect-answer.ts";
import { buyWithForm, buyWithJson, openedSession } from "../purchase.ts";
import { SITE_URL, type ShopUnderTest } from "../shop-under-test.ts";

const POSTER = { price_id: "price_poster_a2" };
/** Its shipping rate in shop.config.ts. */
const SHIPPING_MINOR = 490;

/** Headers that a stranger may send to be redirected elsewhere after paying. */
const HOSTILE_HEADERS: readonly Readonly<Record<string, string>>[] = [
  { Host: "evil.example" },
  { "X-Forwarded-Host": "evil.example" },
  { Host: "shop.example.evil.example" },
  { "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http" },
  { Forwarded: "host=evil.example;proto=http" },
  { "X-Original-Host": "evil.example", "X-Host": "evil.example", "X-Forwarded-Server": "evil.example" },
  { Referer: "https://evil.example/" },
  { "X-Original-URL": "https://evil.example/", "X-Rewrite-URL": "https://evil.example/" },
];

export const checkoutCases: readonly AdapterCase[] = [
  {
    name: "create-checkout-session answers JSON with the address of a new Checkout Session",
    async run(shop) {
      const response = await buyWithJson(shop, {
        ...POSTER,
        quantity: 3,
        client_reference_id: "spring-2031",
      });
      assert.equal(response.status, 200);
      assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
      const body = (await response.json()) as { url: string };
      assert.deepEqual(Object.keys(body), ["url"]);
      const session = openedSession(shop, body.url);
      assert.equal(session.amount_subtotal, 9600);
      assert.equal(session.amount_total, 9600 + SHIPPING_MINOR);
      assert.equal(session.mode, "payment");
      assert.equal(session.client_reference_id, "spring-2031");
      assert.deepEqual(session.metadata, {
        static_checkout: "1",
        static_checkout_site: SITE_URL,
        static_checkout_price_id: "price_poster_a2",
        static_checkout_price: "poster_a2",
      });
    },
  },
  {
    name: "create-checkout-session sells a price by its lookup key, up to the quantity that shop.config.ts allows",
    async run(shop) {
      const response = await buyWithJson(shop, { price_id: "poster_a2", quantity: 10 });
      assert.equal(response.status, 200);
      const session = openedSession(shop, ((await response.json()) as { url: string }).url);
      assert.equal(session.amount_subtotal, 32_000);
      assert.equal(session.amount_total, 32_000 + SHIPPING_MINOR);
      assert.deepEqual(session.metadata, {
        static_checkout: "1",
        static_checkout_site: SITE_URL,
        static_checkout_price_id: "price_poster_a2",
        static_checkout_price: "poster_a2",
      });
    },
  },
  {
    name: "create-checkout-session sells one when no quantity is given",
    async run(shop) {
      const { url } = (await (await buyWithJson(shop, POSTER)).json()) as { url: string };
      const session = openedSession(shop, url);
      assert.equal(session.amount_subtotal, 3200);
      assert.equal(session.amount_total, 3200 + SHIPPING_MINOR);
    },
  },
  {
    name: "create-checkout-session opens a subscription for a recurring price",
    async run(shop) {
      const { url } = (await (await buyWithJson(shop, { price_id: "price_almanac_monthly" })).json()) as {
        url: string;
      };
      assert.equal(openedSession(shop, url).mode, "subscription");
    },
  },
  {
    name: "create-checkout-session answers a form with 303 to Checkout",
    async run(shop) {
      const response = await buyWithForm(shop, "price_id=price_ebook_tides&quantity=2");
      assert.equal(response.status, 303);
      assert.equal(await response.text(), "");
      assert.equal(openedSession(shop, response.headers.get("location") ?? "").amount_total, 2800);
    },
  },
  {
    name: "create-checkout-session answers a refused form with a page that leads back",
    async run(shop) {
      const response = await buyWithForm(shop, "price_id=price_ebook_tides&quantity=100");
      const page = await response.text();
      assert.equal(response.status, 400);
      assert.match(response.headers.get("content-type") ?? "", /^text\/html; charset=utf-8$/i);
      assert.match(page, /whole number from 1 to 99/);
      assert.ok(page.includes(`<a href="${SITE_URL}">`), page);
      assert.ok(page.includes(response.headers.get("x-request-id") ?? "missing"), page);
    },
  },
  {
    name: "D07: create-checkout-session sends buyers back to SITE_URL, whatever the request claims",
    async run(shop) {
      for (const headers of shop.choose(HOSTILE_HEADERS)) await expectToComeBackToSiteUrl(shop, headers);
    },
  },
  {
    name: "D07: create-checkout-session survives a list in X-Forwarded-Host",
    run: (shop) => expectToComeBackToSiteUrl(shop, { "X-Forwarded-Host": "evil.example, shop.example" }),
  },
  {
    name: "D15: create-checkout-session opens one session per Idempotency-Key, and answers 409 to another order under it",
    async run(shop) {
      const headers = { "Idempotency-Key": crypto.randomUUID() };
      const first = await buyWithJson(shop, POSTER, headers);
      const again = await buyWithJson(shop, POSTER, headers);
      assert.equal(first.status, 200);
      assert.equal(await again.text(), await first.text());
      const other = await buyWithJson(shop, { ...POSTER, quantity: 2 }, headers);
      await expectError(other, 409, "idempotency_key_reused");
      const malformed = await buyWithJson(shop, POSTER, { "Idempotency-Key": "short" });
      await expectError(malformed, 400, "invalid_idempotency_key");
    },
  },
  {
    name: "C17: create-checkout-session answers 503 with Retry-After and no internals when Stripe is down",
    async run(shop) {
      shop.stripe.faults.beforeApi = () => new Response("upstream secret detail", { status: 500 });
      try {
        const response = await buyWithJson(shop, POSTER);
        expectRetryAfter(response);
        assert.doesNotMatch(await response.clone().text(), /upstream|stack|node_modules/);
        await expectError(response, 503, "stripe_unavailable");
      } finally {
        shop.stripe.faults.beforeApi = undefined;
      }
    },
  },
];

async function expectToComeBackToSiteUrl(
  shop: ShopUnderTest,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const response = await buyWithJson(shop, POSTER, headers);
  assert.equal(response.status, 200, `${JSON.stringify(headers)}: ${await response.clone().text()}`);
  const { url } = (await response.json()) as { url: string };
  const session = openedSession(shop, url);
  assert.equal(session.success_url, `${SITE_URL}/success.html?session_id={CHECKOUT_SESSION_ID}`);
  assert.equal(session.cancel_url, `${SITE_URL}/canceled.html?session_id={CHECKOUT_SESSION_ID}`);
}
