import fc from "fast-check";
import { expect, test } from "vitest";

import { createJsonLog } from "../../../../core/log/log.ts";
import type { LogFields } from "../../../../core/log/fields.ts";
import { CANARY_BUYER, CANARY_KEYS, findCanaries } from "../../../support/canaries.ts";

/** The one line that is written for these fields. */
function lineFor(fields: LogFields): string {
  const lines: string[] = [];
  createJsonLog(
    (line) => lines.push(line),
    () => Date.UTC(2031, 3, 5, 6, 7, 8),
  ).info("tried", fields);
  expect(lines).toHaveLength(1);
  return lines[0] ?? "";
}

test("a line is JSON with a time, a level, an event and its fields", () => {
  expect(JSON.parse(lineFor({ orderId: "cs_test_1", attempt: 2 }))).toEqual({
    time: "2031-04-05T06:07:08.000Z",
    level: "info",
    event: "tried",
    orderId: "cs_test_1",
    attempt: 2,
  });
});

test("C15: a field that is not on the list is not written, and no field can replace another", () => {
  const smuggled = {
    orderId: "cs_test_1",
    email: CANARY_BUYER.email,
    level: "error",
    __proto__: { code: "x" },
  };
  expect(Object.keys(JSON.parse(lineFor(smuggled as LogFields)) as object)).toEqual([
    "time",
    "level",
    "event",
    "orderId",
  ]);
  expect(lineFor(smuggled as LogFields)).toContain('"level":"info"');
});

test("C15: an error's message loses mail addresses, card numbers and keys, and keeps the rest", () => {
  const error = [
    `550 5.1.1 <${CANARY_BUYER.email}>: Recipient rejected`,
    `Invalid API Key provided: ${CANARY_KEYS.stripe}`,
    `Authorization: Bearer ${CANARY_KEYS.cron}`,
    "smtps://shop:pass@word@mail.example:465 refused, card 4242 4242 4242 4242 and 4242424242424242",
    `${CANARY_KEYS.webhook} AKIAIOSFODNN7EXAMPLE`,
  ].join("; ");
  const line = lineFor({ error });
  expect(findCanaries(line)).toEqual([]);
  expect(line).not.toMatch(/pass|word@|AKIA/);
  expect(line).toContain(
    "550 5.1.1 <[mail address]>: Recipient rejected; Invalid API Key provided: sk_test_[secret]",
  );
});

test("identifiers, times and sentences for the owner are left as they are", () => {
  const fields = {
    orderId: "cs_test_a1B2c3D4e5F6g7H8i9J0",
    eventId: "evt_1QxYz20260101000000",
    requestId: "Zm9vYmFyYmF6cXV4",
    fix: "Copy a valid key (sk_test_…) from https://dashboard.stripe.com/apikeys and deploy again.",
    ms: 1795262400000,
  };
  expect(JSON.parse(lineFor(fields))).toMatchObject(fields);
});

test("a message of a megabyte becomes a line of at most 2 KB", () => {
  expect(lineFor({ error: "a@".repeat(500_000) }).length).toBeLessThan(2_048);
});

/** Characters that break lines, color terminals, hide or reorder text. */
const NASTY = [
  "\n",
  "\r",
  "\u2028",
  "\u2029",
  "\u0085",
  "\u001b[2J",
  "\u009b31m",
  "\u0000",
  "\u202e",
  "\ufeff",
  "\ud800",
  '"',
  "\\",
];

test("C16: any value becomes one line of visible characters and reads back as it was", () => {
  const text = fc
    .array(
      fc.oneof(
        fc.constantFrom(...NASTY),
        fc.string({ unit: "binary", maxLength: 6 }),
        fc.constant('","level":"error'),
      ),
      {
        maxLength: 40,
      },
    )
    .map((parts) => parts.join(""))
    .filter((value) => !/[@\d]/.test(value) && value.length <= 1_000);
  fc.assert(
    fc.property(text, (value) => {
      const line = lineFor({ reason: value });
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      expect(JSON.parse(line)).toMatchObject({ level: "info", reason: value });
    }),
    { numRuns: 500 },
  );
});
