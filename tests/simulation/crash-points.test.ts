import { expect, test } from "vitest";

import { explore } from "./crash-points/explore.ts";

/** All take six minutes. `npm test` leaves to `.ci/run` what seldom finds anything that the others do not. */
const isWhole = process.env["CRASH_POINTS"] === "all";
const PLACES = isWhole ? (["in one attempt", "in two attempts"] as const) : (["in one attempt"] as const);

for (const engine of ["memory", "stripe"] as const) {
  for (const retriesBelow of engine === "memory" ? ([0, 1] as const) : ([0] as const)) {
    const client = retriesBelow === 1 ? ", below a client that retries" : "";

    test(`A06 A07 A08 A09 A12 A16: one mishap at any call leaves one whole order (${engine}${client})`, async () => {
      const explored = await explore({ engine, mishaps: "one", retriesBelow });
      expect(explored.problems).toEqual([]);
      expect(explored.calls).toBeGreaterThanOrEqual(9);
      expect(explored.runs).toBe(4 * explored.calls);
    });
  }

  for (const where of PLACES) {
    const mishaps = `two ${where}` as const;

    test(`A06 A07 A08 A09: so do two ${where} (${engine})`, async () => {
      const explored = await explore({ engine, mishaps, retriesBelow: 0 });
      expect(explored.problems).toEqual([]);
      expect(explored.runs).toBeGreaterThan(800);
    });

    test.runIf(isWhole)(
      `A08: with mails at most once, two mishaps ${where} leave one mail at most, and no order nobody looks at (${engine})`,
      async () => {
        const explored = await explore({ engine, mishaps, retriesBelow: 0, mailDelivery: "at-most-once" });
        expect(explored.problems).toEqual([]);
        expect(explored.runs).toBeGreaterThan(800);
      },
    );
  }
}
