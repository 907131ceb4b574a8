import fc from "fast-check";
import { expect, test } from "vitest";

import { MAX_STEP_ATTEMPTS } from "../../../core/orders/control-record.ts";
import type { ControlRecord } from "../../../core/orders/order.ts";
import { decodeControl, encodeControl } from "../../../core/stores/stripe-control-record.ts";

const FULL: ControlRecord = {
  v: 1,
  writeId: "0123456789abcdef",
  state: "needs_attention",
  mirror: {
    refundedMinor: 99_999_999,
    fullyRefunded: true,
    dispute: "inquiry",
    subscription: "incomplete_expired",
  },
  fence: 9_999,
  lease: { owner: "0123456789abcdef", untilMs: 1_795_000_000_000 },
  steps: Object.fromEntries(
    ["record", "access", "license", "mail", "notice", "webhook", "custom"].map((name) => [
      name,
      { state: "started", attempts: MAX_STEP_ATTEMPTS } as const,
    ]),
  ),
  nextTryMs: 1_795_000_000_000,
  checkedMs: 1_795_000_000_000,
  lastError: "mail: ".padEnd(160, "e"),
};

test("the fullest record fits into one metadata value of Stripe's", () => {
  const text = encodeControl({ control: FULL, version: 99_999 });
  expect(text.length).toBeLessThanOrEqual(500);
  expect(decodeControl("cs_test_1", text).control.lastError).toMatch(/^mail: e{10,}/);
});

test("D17: an error message is cut to the room that is left, and nothing else is", () => {
  const { lastError: _, ...withoutError } = FULL;
  const decoded = decodeControl("cs_test_1", encodeControl({ control: FULL, version: 7 }));
  expect(decoded).toMatchObject({ control: withoutError, version: 7 });
});

test("whatever an error message holds, the value stays within 500 characters and can be read back", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 160, unit: "binary" }), (lastError) => {
      const text = encodeControl({ control: { ...FULL, lastError }, version: 1 });
      expect(text.length).toBeLessThanOrEqual(500);
      expect(decodeControl("cs_test_1", text).control.writeId).toBe(FULL.writeId);
    }),
    { numRuns: 1_000 },
  );
});

test("metadata that somebody else wrote is refused by name", () => {
  expect(() => decodeControl("cs_test_1", "hello")).toThrow(/cs_test_1/);
  expect(() => decodeControl("cs_test_1", "{}")).toThrow(/cs_test_1/);
});
