import assert from "node:assert/strict";

import type { CheckoutSession } from "../../simulator/state/stored.ts";
import type { ShopUnderTest } from "./shop-under-test.ts";

type Headers = Readonly<Record<string, string>>;

/** What the browser script sends; text and bytes are sent as they are. */
export function buyWithJson(
  shop: ShopUnderTest,
  purchase: object | string,
  headers: Headers = {},
): Promise<Response> {
  const asItIs = typeof purchase === "string" || purchase instanceof Uint8Array;
  return shop.send("create-checkout-session", {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: asItIs ? purchase : JSON.stringify(purchase),
  });
}

/** What a browser without scripts sends. */
export function buyWithForm(shop: ShopUnderTest, fields: string, headers: Headers = {}): Promise<Response> {
  return shop.send("create-checkout-session", {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
    body: fields,
  });
}

/** The session behind a Checkout address, as Stripe has it. */
export function openedSession(shop: ShopUnderTest, url: string): CheckoutSession {
  const session = Object.values(shop.stripe.state().checkoutSessions).find(
    (candidate) => candidate.url === url,
  );
  assert.ok(session, `Stripe has no session with the page ${url}`);
  return session;
}

/** Buys and resolves to the new session's id. */
export async function openSession(shop: ShopUnderTest, priceId: string, quantity = 1): Promise<string> {
  return (await openAsBrowser(shop, priceId, quantity)).sessionId;
}

/** The same, with the cookie that the browser sends from then on. */
export async function openAsBrowser(
  shop: ShopUnderTest,
  priceId: string,
  quantity = 1,
): Promise<{ sessionId: string; cookie: string }> {
  const response = await buyWithJson(shop, { price_id: priceId, quantity });
  assert.equal(response.status, 200, await response.clone().text());
  const [line = ""] = response.headers.getSetCookie();
  const { url } = (await response.json()) as { url: string };
  return { sessionId: openedSession(shop, url).id, cookie: line.split(";")[0] ?? "" };
}
