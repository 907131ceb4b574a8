import { expect, test } from "vitest";

import {
  disputeMirror,
  formatDisputes,
  newestDispute,
  parseDisputes,
} from "../../../../core/orders/disputes.ts";

const NONE = { refundedMinor: 0, fullyRefunded: false } as const;

test("G08: the gravest of several disputes comes first, and all are counted", () => {
  expect(disputeMirror([])).toEqual({});
  expect(disputeMirror(["open"])).toEqual({ dispute: "open" });
  expect(disputeMirror(["won", "open", "inquiry", "open"])).toEqual({
    dispute: "open",
    disputes: { open: 2, inquiry: 1, won: 1 },
  });
  expect(disputeMirror(["won", "lost"])).toEqual({ dispute: "lost", disputes: { lost: 1, won: 1 } });
});

test("G08: the owner is told of the state that has gained a dispute", () => {
  const twoOpen = { ...NONE, ...disputeMirror(["open", "open"]) };
  const oneLost = { ...NONE, ...disputeMirror(["lost"]) };
  const lostAndAsked = { ...NONE, ...disputeMirror(["lost", "inquiry"]) };
  expect(newestDispute(NONE, oneLost)).toBe("lost");
  expect(newestDispute(oneLost, lostAndAsked)).toBe("inquiry");
  expect(newestDispute({ ...NONE, dispute: "open" }, twoOpen)).toBe("open");
  expect(newestDispute(twoOpen, twoOpen)).toBeUndefined();
  expect(newestDispute(oneLost, NONE)).toBeUndefined();
});

test("G08: a record in Stripe keeps the number of disputes in each state, even of a dozen", () => {
  const mirror = { ...NONE, disputes: { lost: 12, open: 2, won: 1 } };
  expect(formatDisputes(mirror)).toBe("12l2o1w");
  expect(parseDisputes("12l2o1w")).toEqual({ lost: 12, open: 2, won: 1 });
  expect(parseDisputes("1l3i")).toEqual({ lost: 1, inquiry: 3 });
  expect(formatDisputes(NONE)).toBe("");
  expect(parseDisputes("")).toEqual({});
});
