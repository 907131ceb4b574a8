import { expect, test } from "vitest";

import { patchedSources } from "./seeded-bugs/apply-patches.ts";
import { hunt, SAMPLE } from "./seeded-bugs/hunt.ts";
import { findBug, SEEDED_BUGS } from "./seeded-bugs/seeded-bugs.ts";

/** One in eight of the sample shows that the hunt works; `.ci/run` hunts the whole sample. */
for (const name of SAMPLE.filter((_, index) => index % 8 === 0)) {
  const bug = findBug(name);

  test(`${bug.hazards ?? "seeded"}: the simulation notices: ${bug.what}`, async () => {
    const { caughtAfter } = await hunt(bug, 2);
    expect(caughtAfter).toBeLessThanOrEqual(500);
  });
}

test("every seeded bug can be seeded", () => {
  for (const bug of SEEDED_BUGS) expect(patchedSources(bug).size).toBeGreaterThan(0);
});

test("a seeded bug whose snippet is gone says so", () => {
  const bug = {
    name: "gone",
    what: "Nothing.",
    patches: [{ file: "core/orders/order.ts", find: "this stands nowhere", replace: "" }],
  };
  expect(() => patchedSources(bug)).toThrow("stands in core/orders/order.ts 0 times instead of once");
});
