import { join } from "node:path";

import { defineConfig } from "vitest/config";

const project = (name: string, settings: Record<string, unknown> = {}) => ({
  // Nothing is tested by how long it takes: a limit only ends what hangs, however busy the machine is.
  test: {
    name,
    include: [`tests/${name}/**/*.test.ts`],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    setupFiles: ["tests/support/fail-on-canaries.ts"],
    ...settings,
  },
});

/** Where `.ci/run` collects what every run did; on a developer's machine there is no report. */
const reportFolder = process.env["TEST_REPORT_FOLDER"];
const report = ["json", { outputFile: join(reportFolder ?? "", `${process.pid}.json`) }] as const;

export default defineConfig({
  test: {
    reporters: reportFolder === undefined ? ["default"] : ["default", [...report]],
    projects: [
      project("unit", {
        setupFiles: ["tests/support/fail-on-canaries.ts", "tests/support/nobody-outside.ts"],
      }),
      project("contracts"),
      project("adapters"),
      project("simulation", { testTimeout: 1_200_000 }),
      // Several processes of their own: one file at a time on two cores.
      project("processes", { testTimeout: 240_000, fileParallelism: false }),
      // Real Chromium on real pages: slower, and on two cores one file at a time.
      project("browser", { fileParallelism: false }),
    ],
  },
});
