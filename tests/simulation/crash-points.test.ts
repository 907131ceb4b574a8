import { expect, test } from "vitest";

import { explore } from "./crash-points/explore.ts";

for (const engine of ["memory", "stripe"] as const) {
  for (const retriesBelow of engine === "memory" ? ([0, 1] as const) : ([0] as const)) {
    const client = retriesBelow === 1 ? ", below a client that retries" : "";

    test(`A06 A07 A08 A09 A12: one mishap at any call leaves one whole order (${engine}${client})`, async () => {
      const explored = await explore({ engine, depth: 1, retriesBelow });
      expect(explored.problems).toEqual([]);
      expect(explored.calls).toBeGreaterThanOrEqual(9);
      expect(explored.runs).toBe(4 * explored.calls);
    });
  }

  test(`A06 A07 A08 A09: so do two, one in each of two attempts (${engine})`, async () => {
    const explored = await explore({ engine, depth: 2, retriesBelow: 0 });
    expect(explored.problems).toEqual([]);
    expect(explored.runs).toBeGreaterThan(500);
  });

  test(`A08: with mails at most once, two mishaps leave one mail at most, and no order nobody looks at (${engine})`, async () => {
    const explored = await explore({ engine, depth: 2, retriesBelow: 0, mailDelivery: "at-most-once" });
    expect(explored.problems).toEqual([]);
    expect(explored.runs).toBeGreaterThan(500);
  });
}
