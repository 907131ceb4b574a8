import { expect, test } from "vitest";

import { formatControlRecord, parseControlRecord } from "../../../../core/orders/stored-order.ts";
import { decodeControl, encodeControl } from "../../../../core/stores/stripe-control-record.ts";

/** As versions before the third format wrote them, in a table and in Stripe's metadata. */
const BEFORE = [
  '{"v":1,"writeId":"w1","state":"paid","mirror":{"refundedMinor":0,"fullyRefunded":false},"fence":1,"lease":{"owner":"run-1","untilMs":1795000000000},"steps":{"record":{"state":"done","attempts":1}}}',
  '{"v":2,"writeId":"w2","state":"fulfilled","mirror":{"refundedMinor":300,"fullyRefunded":false,"dispute":"open"},"fence":2,"steps":{"record":{"state":"done","attempts":1},"mail":{"state":"done","attempts":2}},"news":"p1md1"}',
] as const;

test.for(BEFORE)("A45: a record of an older version is read, and written back as it was: %s", (text) => {
  expect(formatControlRecord(parseControlRecord("cs_test_1", text))).toBe(text);
});

test("A45: a record that says nothing new is written in the format that older versions read", () => {
  for (const text of BEFORE) {
    const control = parseControlRecord("cs_test_1", text);
    const stored = decodeControl("cs_test_1", encodeControl({ control, version: 7 }));
    expect(stored.control).toEqual(control);
    expect(JSON.parse(formatControlRecord(stored.control)).v).toBe(control.v);
  }
});
