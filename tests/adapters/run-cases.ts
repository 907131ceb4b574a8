import { test } from "vitest";

import type { AdapterCase, KnownDifferences } from "./adapter-case.ts";
import { adapterCases } from "./cases.ts";
import type { ShopUnderTest } from "./shop-under-test.ts";

/** Makes a vitest test of every adapter case. */
export function testAdapterCases(shop: ShopUnderTest, differences: KnownDifferences = {}): void {
  testCases(adapterCases, shop, differences);
}

export function testCases(
  cases: readonly AdapterCase[],
  shop: ShopUnderTest,
  differences: KnownDifferences = {},
): void {
  for (const { name, run } of cases) {
    const difference = differences[name];
    if (difference === undefined) test(name, () => run(shop));
    else if (difference.outcome === "fails") test.fails(name, () => run(shop));
    else test.skip(name);
  }
}
