import fc from "fast-check";
import { expect, test } from "vitest";

import { MAX_ATTEMPTS } from "../../../../core/retry/backoff.ts";
import { formatOutbox, parseOutbox } from "../../../../core/orders/outbox/outbox.ts";
import { formatControlRecord } from "../../../../core/orders/stored-order.ts";
import type { ControlRecord } from "../../../../core/orders/order.ts";
import { decodeControl, encodeControl } from "../../../../core/stores/stripe-control-record.ts";

/** As much as can happen to one order, for every channel, and none of it delivered yet. */
const FULLEST_OUTBOX = parseOutbox(
  [
    "p1ws12ms12hs12",
    "a1ms12hs12",
    "f99ws12ms12hs12",
    "i99ws12ms12hs12",
    "m99ws12ms12hs12",
    "v99cs12ws12",
  ].join(" "),
);

const FULL: ControlRecord = {
  v: 3,
  writeId: "0123456789abcdef",
  state: "needs_attention",
  mirror: {
    refundedMinor: 99_999_999,
    fullyRefunded: true,
    dispute: "inquiry",
    disputes: { lost: 99, open: 99, inquiry: 99, won: 99 },
    subscription: "incomplete_expired",
    renewal: "failed_finally",
  },
  fence: 9_999,
  lease: { owner: "0123456789abcdef", untilMs: 1_795_000_000_000 },
  steps: Object.fromEntries(
    ["record", "license", "onPaid", "mail"].map((name) => [
      name,
      { state: "started", attempts: MAX_ATTEMPTS } as const,
    ]),
  ),
  news: FULLEST_OUTBOX,
  nextTryMs: 1_795_000_000_000,
  checkedMs: 1_795_000_000_000,
  lastError: "mail: ".padEnd(160, "e"),
};

test("the fullest record fits into one metadata value at Stripe", () => {
  const { lastError: _, ...withoutError } = FULL;
  const bare = encodeControl({ control: withoutError, version: 99_999 });
  expect(bare.length).toBe(383);
  const text = encodeControl({ control: FULL, version: 99_999 });
  expect(text.length).toBeLessThanOrEqual(500);
  expect(decodeControl("cs_test_1", text).control.lastError).toMatch(/^mail: e{100,}/);
});

test("E10: in a table, too, the fullest record is less than 1 KB with its keys: one write unit", () => {
  const key = `TEST#ORDER#cs_test_${"x".repeat(58)}CONTROL`;
  expect(Buffer.byteLength(formatControlRecord(FULL) + key)).toBeLessThan(1_000);
});

test("records without an outbox are written and read as they always were", () => {
  const { news: _, ...rest } = FULL;
  const text = encodeControl({ control: { ...rest, v: 1 }, version: 3 });
  expect(JSON.parse(text)).not.toHaveProperty("g");
  expect(decodeControl("cs_test_1", text).control).toMatchObject({ v: 1, steps: FULL.steps });
});

test("E16: a record that is newer than this version of the shop is refused", () => {
  const text = encodeControl({ control: FULL, version: 3 }).replace('"v":3', '"v":4');
  expect(() => decodeControl("cs_test_1", text)).toThrow("deploy the newest version");
});

test("G13: records of the previous format, which holds one dispute at most, are written and read as ever", () => {
  const { disputes: _, ...mirror } = FULL.mirror;
  const old = { ...FULL, v: 2 as const, mirror };
  const text = encodeControl({ control: old, version: 3 });
  expect(JSON.parse(text)).toMatchObject({
    v: 2,
    m: [99_999_999, 1, "inquiry", "incomplete_expired", "failed_finally"],
  });
  expect(decodeControl("cs_test_1", text).control.mirror).toEqual(mirror);
});

test("G13: several disputes survive a record without a failed renewal", () => {
  const mirror = { refundedMinor: 0, fullyRefunded: false, dispute: "open", disputes: { open: 2 } } as const;
  const text = encodeControl({ control: { ...FULL, mirror }, version: 3 });
  expect(decodeControl("cs_test_1", text).control).toMatchObject({ v: 3, mirror });
});

test("every notification can be written and read back, and anything else is refused", () => {
  const delivery = fc.record({
    state: fc.constantFrom("todo", "started", "done", "skipped", "gave_up"),
    attempts: fc.integer({ min: 0, max: 10_000 }),
  });
  const deliveries = fc.record(
    { code: delivery, webhook: delivery, mail: delivery, chat: delivery },
    { requiredKeys: [] },
  );
  const kinds = ["paid", "refunded", "dispute_lost", "renewal_failed_finally", "restored"] as const;
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fc.nat(), deliveries, (kind, count, channels) => {
      const outbox = parseOutbox(formatOutbox({ order: { kind, count, deliveries: channels } }));
      expect(Object.values(outbox)).toEqual([{ kind, count, deliveries: channels }]);
    }),
  );
  for (const text of ["z1", "p", "p1xx1", "p1wq1", "{}", "p1w"])
    expect(() => parseOutbox(text), text).toThrow();
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
    { numRuns: 200 },
  );
}, 30_000);

test("metadata that another program wrote is refused by name", () => {
  expect(() => decodeControl("cs_test_1", "hello")).toThrow(/cs_test_1/);
  expect(() => decodeControl("cs_test_1", "{}")).toThrow(/cs_test_1/);
});
