import { fileURLToPath, pathToFileURL } from "node:url";

import { defineConfig } from "vitest/config";

import { patchedSources } from "./apply-patches.ts";
import { findBug } from "./seeded-bugs.ts";

const sources = patchedSources(findBug(process.env["SEEDED_BUG"] ?? ""));

/** Runs the shop's tests with the bug that `SEEDED_BUG` names: `hunt-by-tests.ts` expects them to fail. */
export default defineConfig({
  root: fileURLToPath(new URL("../../../", import.meta.url)),
  plugins: [
    {
      name: "seeded-bug",
      enforce: "pre",
      load: (id) => (id.startsWith("/") ? sources.get(pathToFileURL(id).href) : undefined),
    },
  ],
  // A module that was transformed without the bug must not be reused with the bug.
  test: {
    fsModuleCache: false,
    include: ["tests/unit/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    setupFiles: ["tests/support/fail-on-canaries.ts", "tests/support/nobody-outside.ts"],
  },
});
