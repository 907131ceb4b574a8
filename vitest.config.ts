import { defineConfig } from "vitest/config";

const project = (name: string, overrides: Record<string, unknown> = {}) => ({
  test: { name, include: [`tests/${name}/**/*.test.ts`], ...overrides },
});

export default defineConfig({
  test: {
    projects: [
      project("unit"),
      project("contracts"),
      project("adapters"),
      // Real Chromium on real pages: slower, and on two cores one file at a time.
      project("browser", { testTimeout: 60_000, hookTimeout: 60_000, fileParallelism: false }),
    ],
  },
});
