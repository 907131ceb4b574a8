import assert from "node:assert/strict";

import type { AdapterCase } from "../adapter-case.ts";
import { expectError } from "../expect-answer.ts";
import { ROUTE_NAMES, methodOf } from "../shop-under-test.ts";

const ALLOW = { GET: "GET, HEAD, OPTIONS", POST: "POST, OPTIONS" } as const;
const WRONG_METHODS = {
  GET: ["POST", "PUT", "PATCH", "DELETE"],
  POST: ["GET", "PUT", "PATCH", "DELETE"],
} as const;

export const methodCases: readonly AdapterCase[] = [
  ...ROUTE_NAMES.map((name): AdapterCase => {
    return {
      name: `C11: ${name} answers 405 with Allow to every method but its own`,
      async run(shop) {
        const own = methodOf(name, shop);
        for (const method of shop.choose(WRONG_METHODS[own])) {
          const response = await shop.send(name, { method, ...(method !== "GET" && { body: "{}" }) });
          assert.equal(response.headers.get("allow"), ALLOW[own]);
          await expectError(response, 405, "method_not_allowed");
        }
      },
    };
  }),

  // Licenses may be asked about from any page: see licenses.ts.
  ...ROUTE_NAMES.filter((name) => name !== "license").map((name): AdapterCase => {
    return {
      name: `${name} answers OPTIONS with 204, Allow and no CORS permission`,
      async run(shop) {
        const response = await shop.send(name, {
          method: "OPTIONS",
          headers: { Origin: "https://evil.example", "Access-Control-Request-Method": "POST" },
        });
        assert.equal(response.status, 204);
        assert.equal(response.headers.get("allow"), ALLOW[methodOf(name, shop)]);
        assert.equal(response.headers.get("access-control-allow-origin"), null);
      },
    };
  }),

  {
    name: "order-status answers HEAD like GET, without a body",
    async run(shop) {
      const response = await shop.send("order-status", {
        method: "HEAD",
        query: "session_id=cs_test_unknown0000",
      });
      assert.equal(response.status, 404);
      assert.equal(response.headers.get("cache-control"), "no-store");
      assert.equal(await response.text(), "");
    },
  },
  {
    name: "C11: webhook answers HEAD with 405",
    async run(shop) {
      const response = await shop.send("webhook", { method: "HEAD" });
      assert.equal(response.status, 405);
      assert.equal(response.headers.get("allow"), ALLOW.POST);
    },
  },
];
