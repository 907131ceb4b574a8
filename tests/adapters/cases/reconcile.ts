import assert from "node:assert/strict";

import type { AdapterCase } from "../adapter-case.ts";
import { expectError } from "../expect-answer.ts";
import { openSession } from "../purchase.ts";
import { BUYER, methodOf, SHOP_ENVIRONMENT, type ShopUnderTest } from "../shop-under-test.ts";
import { expectSecurityHeaders } from "./headers.ts";

export const reconcileCases: readonly AdapterCase[] = [
  {
    name: "A31: reconcile, started as the host's scheduler does, fulfills an order that no webhook reported",
    async run(shop) {
      const sessionId = await openSession(shop, "price_poster_a2");
      shop.stripe.buyer.pay(sessionId, BUYER);
      const response = await start(shop);
      const text = await response.text();
      assert.equal(response.status, 200, text);
      expectSecurityHeaders(response);
      const report = JSON.parse(text) as { repaired: string[] };
      assert.deepEqual(Object.keys(report).toSorted(), [
        "checked",
        "flagged",
        "incomplete",
        "repaired",
        "skipped",
        "unfinished",
      ]);
      assert.ok(report.repaired.includes(sessionId), text);
      const { metadata } = shop.stripe.state().checkoutSessions[sessionId] ?? {};
      assert.match(metadata?.["static_checkout_order"] ?? "", /"s":"fulfilled"/);
    },
  },
  {
    name: "E06: reconcile runs only for the scheduler, which knows a secret or is the only one that can post",
    async run(shop) {
      const secret = SHOP_ENVIRONMENT.CRON_SECRET;
      if (shop.scheduler === "host") {
        const Authorization = `Bearer ${secret}`;
        const response = await shop.send("reconcile", { headers: { Authorization } });
        await expectError(response, 405, "method_not_allowed");
        return;
      }
      const wrong = [
        "",
        "Bearer ",
        `Bearer ${secret}x`,
        `Bearer ${secret.slice(0, -1)}`,
        secret,
        `Basic ${secret}`,
      ];
      for (const Authorization of shop.choose(wrong)) {
        const response = await shop.send("reconcile", { headers: { Authorization } });
        expectSecurityHeaders(response);
        await expectError(response, 401, "unauthorized");
      }
      await expectError(await shop.send("reconcile", { query: `secret=${secret}` }), 401, "unauthorized");
    },
  },
];

function start(shop: ShopUnderTest): Promise<Response> {
  const method = methodOf("reconcile", shop);
  if (method === "POST") {
    return shop.send("reconcile", { method, body: '{"next_run":"2026-11-21T12:17:00.000Z"}' });
  }
  return shop.send("reconcile", { headers: { Authorization: `Bearer ${SHOP_ENVIRONMENT.CRON_SECRET}` } });
}
