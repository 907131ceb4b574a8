import assert from "node:assert/strict";

import type { AdapterCase } from "../adapter-case.ts";
import type { AdapterRequest, RouteName } from "../shop-under-test.ts";

/** One answer of every kind: success, redirect, refusal as JSON and as a page, and no body at all. */
const ANSWERS: readonly {
  what: string;
  to: RouteName;
  request: AdapterRequest;
  status: number;
  /** Only a new checkout sets one. */
  setsCookie?: boolean;
}[] = [
  { what: "a woken function", to: "create-checkout-session", request: { method: "OPTIONS" }, status: 204 },
  { what: "a wrong method", to: "create-checkout-session", request: { method: "GET" }, status: 405 },
  { what: "a wrong method", to: "webhook", request: { method: "GET" }, status: 405 },
  { what: "an unknown order", to: "order-status", request: {}, status: 404 },
  { what: "a link that does not work", to: "download", request: {}, status: 403 },
  {
    what: "a new checkout",
    to: "create-checkout-session",
    request: jsonPost('{"price_id":"price_poster_a2"}'),
    status: 200,
    setsCookie: true,
  },
  {
    what: "a redirect to Checkout",
    to: "create-checkout-session",
    request: formPost("price_id=price_poster_a2&quantity=1"),
    status: 303,
    setsCookie: true,
  },
  { what: "broken JSON", to: "create-checkout-session", request: jsonPost("{"), status: 400 },
  { what: "a refused form", to: "create-checkout-session", request: formPost("price_id="), status: 400 },
  { what: "an unsigned webhook", to: "webhook", request: jsonPost("{}"), status: 400 },
  { what: "how the shop is", to: "health", request: {}, status: 200 },
];

export const headerCases: readonly AdapterCase[] = ANSWERS.map(
  ({ what, to, request, status, setsCookie = false }) => ({
    name: `D21 D22: ${to} sends its security headers with ${what} (${status})`,
    async run(shop) {
      const response = await shop.send(to, request);
      assert.equal(response.status, status);
      expectSecurityHeaders(response);
      assert.equal(response.headers.getSetCookie().length, setsCookie ? 1 : 0);
    },
  }),
);

export function expectSecurityHeaders({ headers }: Response): void {
  assert.equal(headers.get("cache-control"), "no-store");
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.equal(headers.get("x-frame-options"), "DENY");
  assert.equal(headers.get("referrer-policy"), "no-referrer");
  assert.match(headers.get("strict-transport-security") ?? "", /^max-age=\d{8}$/);
  assert.match(
    headers.get("content-security-policy") ?? "",
    // A page for people brings one style, named by its hash.
    /^default-src 'none'; (?:style-src 'sha256-[\w+/=]{44}'; )?frame-ancestors 'none'; base-uri 'none'; form-action 'none'$/,
  );
  assert.match(headers.get("x-request-id") ?? "", /^[\w-]{16}$/);
  assert.equal(headers.get("access-control-allow-origin"), null);
}

function jsonPost(body: string): AdapterRequest {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body };
}

function formPost(body: string): AdapterRequest {
  return { method: "POST", headers: { "Content-Type": "application/x-www-form-urlencoded" }, body };
}
