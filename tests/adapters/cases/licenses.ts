import assert from "node:assert/strict";

import { createLicenseSigner } from "../../../core/delivery/licenses/license-signer.ts";
import { parseSigningKey } from "../../../core/delivery/licenses/signing-key.ts";
import type { AdapterCase } from "../adapter-case.ts";
import { expectAcknowledged, expectError } from "../expect-answer.ts";
import { openSession } from "../purchase.ts";
import { BUYER, SHOP_ENVIRONMENT, type ShopUnderTest } from "../shop-under-test.ts";

export const licenseCases: readonly AdapterCase[] = [
  {
    name: "I8 B19: a license key that another process derived from a paid order is valid, pasted with line breaks or not",
    async run(shop) {
      const key = await paidKey(shop);
      assert.deepEqual(await statusOf(shop, key), "valid");
      assert.deepEqual(await statusOf(shop, `${key.slice(0, 76)}\r\n ${key.slice(76)}\n`), "valid");
    },
  },
  {
    name: "a license key is revoked after a full refund",
    async run(shop) {
      const sessionId = await paidSession(shop);
      const payment = String(shop.stripe.state().checkoutSessions[sessionId]?.payment_intent);
      shop.stripe.account.refund(payment);
      const charge = String(shop.stripe.state().paymentIntents[payment]?.latest_charge);
      const refunded = await shop.send("webhook", await shop.stripe.webhook(charge, "charge.refunded"));
      assert.equal(refunded.status, 200, await refunded.text());
      assert.equal(await statusOf(shop, keyOf(shop, sessionId)), "revoked");
    },
  },
  {
    name: "a license key of an unpaid order, a changed one and a made-up one get the same answer",
    async run(shop) {
      const unpaid = keyOf(shop, await openSession(shop, "price_app_license"));
      const paid = await paidKey(shop);
      const changed = paid.replace("-1-ebb.", "-2-ebb.");
      assert.notEqual(changed, paid);
      const answers = new Set<string>();
      for (const key of shop.choose([unpaid, changed, "", "LICENSE1", "\0\u2028é".repeat(50)])) {
        const response = await ask(shop, JSON.stringify({ key }));
        answers.add(`${response.status} ${await response.text()}`);
      }
      assert.deepEqual([...answers], ['200 {"status":"unknown"}']);
    },
  },
  {
    name: "license accepts a request with any Content-Type",
    async run(shop) {
      const types = ["application/json", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded"];
      for (const type of shop.choose(types)) {
        const response = await ask(shop, '{"key":"LICENSE1"}', { "Content-Type": type });
        assert.deepEqual(await response.json(), { status: "unknown" });
      }
    },
  },
  {
    name: "license answers 400 to any other request, including a key in the address",
    async run(shop) {
      await expectError(await ask(shop, "{"), 400, "invalid_json");
      await expectError(await ask(shop, '{"license":"LICENSE1"}'), 400, "invalid_request");
      const inAddress = await shop.send("license", { method: "POST", query: "key=LICENSE1", body: "" });
      await expectError(inAddress, 400, "invalid_json");
    },
  },
  {
    name: "C10: license answers 413 to a body that is longer than any key",
    async run(shop) {
      await expectError(await ask(shop, `{"key":"${"L".repeat(8_192)}"}`), 413, "body_too_large");
    },
  },
  {
    name: "a page of any origin may ask about a license, and read the answer, without credentials",
    async run(shop) {
      const preflight = await shop.send("license", {
        method: "OPTIONS",
        headers: { Origin: "https://app.example", "Access-Control-Request-Method": "POST" },
      });
      assert.equal(preflight.status, 204);
      assert.equal(preflight.headers.get("allow"), "POST, OPTIONS");
      assert.equal(preflight.headers.get("access-control-allow-methods"), "POST");
      assert.equal(preflight.headers.get("access-control-allow-headers"), "Content-Type");
      for (const body of shop.choose(['{"key":"LICENSE1"}', "{"])) {
        const { headers } = await ask(shop, body, { Origin: "https://app.example" });
        assert.equal(headers.get("access-control-allow-origin"), "*");
        assert.equal(headers.get("access-control-allow-credentials"), null);
        assert.equal(headers.get("cache-control"), "no-store");
      }
    },
  },
];

const signer = createLicenseSigner(
  [parseSigningKey(SHOP_ENVIRONMENT.LICENSE_PRIVATE_KEY)].filter((key) => key !== undefined),
);

/** The key that the shop must derive, too, and never stores. */
function keyOf(shop: ShopUnderTest, orderId: string): string {
  const session = shop.stripe.state().checkoutSessions[orderId];
  assert.ok(session);
  return signer.issue({ orderId, livemode: false, createdMs: session.created * 1000 }, "ebb", 1);
}

async function paidKey(shop: ShopUnderTest): Promise<string> {
  return keyOf(shop, await paidSession(shop));
}

async function paidSession(shop: ShopUnderTest): Promise<string> {
  const sessionId = await openSession(shop, "price_app_license");
  shop.stripe.buyer.pay(sessionId, BUYER);
  const webhook = await shop.stripe.webhook(sessionId, "checkout.session.completed");
  await expectAcknowledged(await shop.send("webhook", webhook), "fulfilled");
  return sessionId;
}

function ask(shop: ShopUnderTest, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return shop.send("license", {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body,
  });
}

async function statusOf(shop: ShopUnderTest, key: string): Promise<unknown> {
  const response = await ask(shop, JSON.stringify({ key }), { "Content-Type": "application/json" });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return (JSON.parse(text) as { status?: unknown }).status;
}
