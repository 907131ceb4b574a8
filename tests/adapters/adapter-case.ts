import type { ShopUnderTest } from "./shop-under-test.ts";

/**
 * One behaviour that must be the same wherever the functions run. It asserts with node:assert, so that vitest and the plain
 * runner of tests/platforms/ can both run it. Cases share one shop and must not depend on each other.
 */
export interface AdapterCase {
  name: string;
  run(shop: ShopUnderTest): Promise<void>;
}

/** Where a local tool differs from its host in production, by case name. */
export type KnownDifferences = Readonly<Record<string, KnownDifference>>;

export interface KnownDifference {
  reason: string;
  /** `fails`: the case runs and must fail, so that the entry does not outlive the tool's fault. `skipped`: it would end the tool. */
  outcome: "fails" | "skipped";
}
