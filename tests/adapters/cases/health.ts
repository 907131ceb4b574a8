import assert from "node:assert/strict";

import type { AdapterCase } from "../adapter-case.ts";

export const healthCases: readonly AdapterCase[] = [
  {
    name: "E17: health says how the shop is, and no more than that",
    async run(shop) {
      const response = await shop.send("health", {});
      const text = await response.text();
      assert.equal(response.status, 200, text);
      assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
      const { lastWebhook, lastReconcile, ...rest } = JSON.parse(text) as Record<
        "lastWebhook" | "lastReconcile",
        string | null
      >;
      assert.deepEqual(rest, {
        ok: true,
        mode: "test",
        engine: "stripe",
        problems: [],
        advice: ["delivers_without_mail"],
      });
      for (const when of [lastWebhook, lastReconcile]) {
        assert.ok(when === null || /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(when), text);
      }
    },
  },
  {
    name: "health answers HEAD like GET, without a body",
    async run(shop) {
      const response = await shop.send("health", { method: "HEAD" });
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("cache-control"), "no-store");
      assert.equal(await response.text(), "");
    },
  },
];
