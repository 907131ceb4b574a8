import { brotliCompressSync, gzipSync } from "node:zlib";

import { expect, test } from "vitest";

import { bundleBrowserScript } from "../../../cli/build/browser-scripts.ts";

test("the button script is at most 900 bytes gzipped, and 760 with Brotli", async () => {
  const script = await bundleBrowserScript("stripe-checkout");
  expect(gzipSync(script, { level: 9 }).byteLength).toBeLessThanOrEqual(900);
  expect(brotliCompressSync(script).byteLength).toBeLessThanOrEqual(760);
});
