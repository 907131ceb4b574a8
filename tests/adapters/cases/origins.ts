import assert from "node:assert/strict";

import type { AdapterCase } from "../adapter-case.ts";
import { expectError } from "../expect-answer.ts";
import { buyWithForm, buyWithJson } from "../purchase.ts";
import { SITE_URL, type ShopUnderTest } from "../shop-under-test.ts";

type Headers = Readonly<Record<string, string>>;

const POSTER = { price_id: "price_poster_a2" };
const FORM = "price_id=price_poster_a2&quantity=1";

/** Pages that do not belong to the shop, however much their addresses look like it. */
const FOREIGN_ORIGINS = [
  "https://evil.example",
  "https://shop.example.evil.example",
  "https://evilshop.example",
  "https://shop.example@evil.example",
  "https://shop.examples",
  "https://shop.example:8443",
  "https://sub.shop.example",
  "https://www2.shop.example",
  "https://www.www.shop.example",
  "http://shop.example",
  "https://shop.example/",
  "https://shop.example.",
  "https://SHOP.EXAMPLE",
  "https://shop.example, https://evil.example",
  "https://evil.example https://shop.example",
  "//shop.example",
  "shop.example",
  "file://",
  "https://localhost",
  "https://blog.example.evil.example",
  "*",
];

const FOREIGN_FETCHES: readonly Headers[] = [
  { Origin: "null" },
  { Origin: "null", "Sec-Fetch-Site": "cross-site" },
  { Origin: "null", "Sec-Fetch-Site": "same-site" },
  { "Sec-Fetch-Site": "cross-site" },
  { "Sec-Fetch-Site": "same-site" },
  { "Sec-Fetch-Site": "SAME-ORIGIN" },
  { Origin: "https://evil.example", "Sec-Fetch-Site": "same-site" },
  { Origin: "https://evil.example", "Sec-Fetch-Site": "none" },
];

/** Whether the answer to a form leads straight to Stripe, or through a page of the shop that sets the cookie. */
const OWN_FETCHES: readonly { headers: Headers; leads: "to Stripe" | "through SITE_URL" }[] = [
  { headers: { Origin: SITE_URL, "Sec-Fetch-Site": "same-origin" }, leads: "to Stripe" },
  { headers: { Origin: SITE_URL }, leads: "to Stripe" },
  // The page is on the function's own address, whatever that is: no page can make a browser claim this.
  {
    headers: { Origin: "https://name-that-no-variable-tells.example", "Sec-Fetch-Site": "same-origin" },
    leads: "through SITE_URL",
  },
  // Its other name, in a browser too old to say more.
  { headers: { Origin: "https://www.shop.example" }, leads: "through SITE_URL" },
  // A plain form on a page that sends no referrer: https://fetch.spec.whatwg.org/#append-a-request-origin-header
  { headers: { Origin: "null", "Sec-Fetch-Site": "same-origin" }, leads: "through SITE_URL" },
  { headers: { "Sec-Fetch-Site": "same-origin" }, leads: "through SITE_URL" },
  // Typed into the address bar, or a bookmark.
  { headers: { "Sec-Fetch-Site": "none" }, leads: "through SITE_URL" },
  { headers: { Origin: "https://blog.example", "Sec-Fetch-Site": "cross-site" }, leads: "through SITE_URL" },
  {
    headers: { Origin: "https://www.shop.example:8443", "Sec-Fetch-Site": "same-site" },
    leads: "through SITE_URL",
  },
  // No browser, so no one is tricked into it.
  { headers: {}, leads: "to Stripe" },
];

/** Which pages may open a checkout, and which may read the answer. */
export const originCases: readonly AdapterCase[] = [
  {
    name: "D09 D10: create-checkout-session answers 403 to other sites' pages, and lets none of them read the answer",
    async run(shop) {
      for (const origin of shop.choose(FOREIGN_ORIGINS)) {
        await expectRefusal(shop, { Origin: origin }, origin);
      }
    },
  },
  {
    name: "D09: create-checkout-session answers 403 to a browser that reports another site's page, or hides the page",
    async run(shop) {
      for (const headers of shop.choose(FOREIGN_FETCHES)) {
        await expectRefusal(shop, headers, JSON.stringify(headers));
      }
    },
  },
  {
    name: "D08: create-checkout-session answers 403 to another site's page that calls us by its own name",
    async run(shop) {
      const claims: readonly Headers[] = [
        { Host: "evil.example" },
        { Host: "evil.example", "X-Forwarded-Host": "evil.example", "Sec-Fetch-Site": "cross-site" },
        { "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https" },
        { Referer: "https://shop.example/" },
      ];
      for (const headers of shop.choose(claims)) {
        await expectRefusal(shop, { Origin: "https://evil.example", ...headers }, JSON.stringify(headers));
      }
    },
  },
  {
    name: "D09: create-checkout-session sells to the shop's own pages, with and without scripts, and to pages that are named",
    async run(shop) {
      for (const { headers, leads } of shop.choose(OWN_FETCHES)) {
        const json = await buyWithJson(shop, POSTER, headers);
        assert.equal(json.status, 200, `${JSON.stringify(headers)}: ${await json.clone().text()}`);
        const form = await buyWithForm(shop, FORM, headers);
        await assertLeads(leads, form, JSON.stringify(headers));
      }
    },
  },
  {
    name: "D09: create-checkout-session answers another site's form with a page, and opens no checkout",
    async run(shop) {
      const before = sessionCount(shop);
      const response = await buyWithForm(shop, FORM, { Origin: "https://evil.example" });
      assert.equal(response.status, 403);
      assert.match(response.headers.get("content-type") ?? "", /^text\/html/);
      assert.match(await response.text(), /takes no orders from this page.*ALLOWED_ORIGINS/);
      assert.equal(sessionCount(shop), before);
    },
  },
  {
    name: "D10: create-checkout-session lets a named page read answers and refusals, by its exact name and without cookies",
    async run(shop) {
      for (const body of shop.choose([POSTER, { price_id: "no price" }])) {
        const { headers } = await buyWithJson(shop, body, { Origin: "https://blog.example" });
        assert.equal(headers.get("access-control-allow-origin"), "https://blog.example");
        assert.equal(headers.get("access-control-allow-credentials"), null);
        assert.equal(headers.get("vary"), "Origin");
      }
      const anonymous = await buyWithJson(shop, POSTER);
      assert.equal(anonymous.headers.get("access-control-allow-origin"), null);
      assert.equal(anonymous.headers.get("vary"), "Origin");
    },
  },
  {
    name: "D10: create-checkout-session answers the preflight of a named page, and wakes for others without allowing them anything",
    async run(shop) {
      const asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
      };
      const preflight = (origin: string): Promise<Response> =>
        shop.send("create-checkout-session", { method: "OPTIONS", headers: { Origin: origin, ...asked } });

      const named = await preflight("https://blog.example");
      assert.equal(named.status, 204);
      assert.equal(named.headers.get("access-control-allow-origin"), "https://blog.example");
      assert.equal(named.headers.get("access-control-allow-methods"), "POST, OPTIONS");
      assert.equal(named.headers.get("access-control-allow-headers"), "Content-Type, Idempotency-Key");
      assert.equal(named.headers.get("access-control-allow-credentials"), null);

      for (const origin of shop.choose([...FOREIGN_ORIGINS, "null"])) {
        const foreign = await preflight(origin);
        assert.equal(foreign.status, 204);
        assert.equal(foreign.headers.get("allow"), "POST, OPTIONS");
        const allowing = [...foreign.headers.keys()].filter((name) => name.startsWith("access-control-"));
        assert.deepEqual(allowing, [], origin);
      }
    },
  },
];

/** Leads to Stripe by a redirect, or by a page through SITE_URL if the function was called by another name. */
async function assertLeads(
  leads: "to Stripe" | "through SITE_URL",
  response: Response,
  what: string,
): Promise<void> {
  if (leads === "to Stripe") {
    assert.equal(response.status, 303, what);
    assert.match(response.headers.get("location") ?? "", /\/c\/pay\/cs_test_/, what);
    return;
  }
  assert.equal(response.status, 200, what);
  assert.match(
    await response.text(),
    /url=https:\/\/shop\.example\/api\/open-checkout\?token=cs_test_/,
    what,
  );
}

async function expectRefusal(shop: ShopUnderTest, headers: Headers, what: string): Promise<void> {
  const before = sessionCount(shop);
  const response = await buyWithJson(shop, POSTER, headers);
  assert.equal(response.headers.get("access-control-allow-origin"), null, what);
  await expectError(response, 403, "origin_refused");
  assert.equal(sessionCount(shop), before, what);
}

function sessionCount(shop: ShopUnderTest): number {
  return Object.keys(shop.stripe.state().checkoutSessions).length;
}
