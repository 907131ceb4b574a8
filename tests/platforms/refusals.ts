import assert from "node:assert/strict";

import { expectError } from "../adapters/expect-answer.ts";
import { ROUTE_NAMES, methodOf, type ShopUnderTest } from "../adapters/shop-under-test.ts";
import type { PlatformTest } from "./platform.ts";

/** A deployed site must never send its key to an address in STRIPE_API_BASE. */
export function refusesApiBaseTest(
  shop: Pick<ShopUnderTest, "send" | "scheduler">,
  log: () => string,
): PlatformTest {
  return {
    name: "a deployed function refuses STRIPE_API_BASE with a neutral 500, health with a 503, and its log names the variable",
    async run() {
      for (const name of ROUTE_NAMES) {
        const response = await shop.send(name, { method: methodOf(name, shop) });
        assert.equal(response.headers.get("cache-control"), "no-store");
        assert.doesNotMatch(await response.clone().text(), /STRIPE|API_BASE|127\.0\.0\.1/);
        if (name !== "health") await expectError(response, 500, "shop_not_configured");
        else {
          assert.equal(response.status, 503);
          const { problems } = (await response.json()) as { problems: unknown };
          assert.deepEqual(problems, ["configuration_wrong"]);
        }
      }
      assert.match(log(), /STRIPE_API_BASE is set on a deployed site/);
    },
  };
}
