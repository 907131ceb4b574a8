import { adapterCases } from "../adapters/cases.ts";
import type { AdapterCase, KnownDifference, KnownDifferences } from "../adapters/adapter-case.ts";
import type { ShopUnderTest } from "../adapters/shop-under-test.ts";
import type { TestStripe } from "../adapters/test-stripe.ts";

/** One tool of one host, and how it runs the project. */
export interface Platform {
  name: string;
  /** Builds and starts what is needed in a copy of the project. What `defer` takes is undone at the end, even after a failure. */
  start(stripe: TestStripe, defer: Defer): Promise<StartedPlatform>;
}

type Defer = (undo: () => Promise<void>) => void;

interface StartedPlatform {
  tests: readonly PlatformTest[];
  /** What the tool and the functions printed. Shown when something fails. */
  output(): string;
}

export interface PlatformTest {
  name: string;
  run(): Promise<void>;
  difference?: KnownDifference | undefined;
}

/** All adapter cases, or the given ones, as tests of one shop. `where` tells several shops of one tool apart. */
export function adapterTests(
  where: string,
  shop: ShopUnderTest,
  {
    cases = adapterCases,
    differences = {},
  }: { cases?: readonly AdapterCase[]; differences?: KnownDifferences } = {},
): PlatformTest[] {
  return cases.map(({ name, run }) => ({
    name: `${where}: ${name}`,
    run: () => run(shop),
    difference: differences[name],
  }));
}
