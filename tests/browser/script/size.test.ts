import { gzipSync } from "node:zlib";

import { expect, test } from "vitest";

import { bundleBrowserScript } from "../../../scripts/build/browser-scripts.ts";

test("the button script is at most 900 bytes gzipped", async () => {
  const gzipped = gzipSync(await bundleBrowserScript("stripe-checkout"), { level: 9 });
  expect(gzipped.byteLength).toBeLessThanOrEqual(900);
});
