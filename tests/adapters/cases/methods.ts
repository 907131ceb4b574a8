import assert from "node:assert/strict";

import type { AdapterCase } from "../adapter-case.ts";
import { expectError } from "../expect-answer.ts";
import { FUNCTION_NAMES, type FunctionName } from "../shop-under-test.ts";

const ALLOW: Record<FunctionName, string> = {
  "create-checkout-session": "POST, OPTIONS",
  webhook: "POST, OPTIONS",
  "order-status": "GET, HEAD, OPTIONS",
  download: "GET, HEAD, OPTIONS",
  license: "POST, OPTIONS",
  "resend-mail": "POST, OPTIONS",
};

const WRONG_METHODS: Record<FunctionName, readonly string[]> = {
  "create-checkout-session": ["GET", "PUT", "PATCH", "DELETE"],
  webhook: ["GET", "PUT", "PATCH", "DELETE"],
  "order-status": ["POST", "PUT", "PATCH", "DELETE"],
  download: ["POST", "PUT", "PATCH", "DELETE"],
  license: ["GET", "PUT", "PATCH", "DELETE"],
  "resend-mail": ["GET", "PUT", "PATCH", "DELETE"],
};

export const methodCases: readonly AdapterCase[] = [
  ...FUNCTION_NAMES.map(
    (name) =>
      ({
        name: `C11: ${name} answers 405 with Allow to ${WRONG_METHODS[name].join(", ")}`,
        run: async (shop) => {
          for (const method of shop.choose(WRONG_METHODS[name])) {
            const response = await shop.send(name, { method, ...(method !== "GET" && { body: "{}" }) });
            assert.equal(response.headers.get("allow"), ALLOW[name]);
            await expectError(response, 405, "method_not_allowed");
          }
        },
      }) satisfies AdapterCase,
  ),

  // Licenses may be asked about from any page: see licenses.ts.
  ...FUNCTION_NAMES.filter((name) => name !== "license").map(
    (name) =>
      ({
        name: `${name} answers OPTIONS with 204, Allow and no CORS permission`,
        run: async (shop) => {
          const response = await shop.send(name, {
            method: "OPTIONS",
            headers: { Origin: "https://evil.example", "Access-Control-Request-Method": "POST" },
          });
          assert.equal(response.status, 204);
          assert.equal(response.headers.get("allow"), ALLOW[name]);
          assert.equal(response.headers.get("access-control-allow-origin"), null);
        },
      }) satisfies AdapterCase,
  ),

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
      assert.equal(response.headers.get("allow"), ALLOW.webhook);
    },
  },
];
