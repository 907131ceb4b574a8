import { expect, test } from "vitest";

import type { ControlRecord, PaymentMirror } from "../../../core/orders/order.ts";
import { badgesOf } from "../../../cli/dev/panel/order-badges.ts";

function badges(mirror: Partial<PaymentMirror>, state: ControlRecord["state"] = "fulfilled"): string[] {
  const control: ControlRecord = {
    v: 1,
    writeId: "w",
    state,
    mirror: { refundedMinor: 0, fullyRefunded: false, ...mirror },
    fence: 1,
    steps: {},
  };
  return badgesOf(control).map(({ words, tone }) => `${words}: ${tone}`);
}

test.for<[string, Partial<PaymentMirror>, string[]]>([
  ["untouched", {}, ["fulfilled: good"]],
  ["refunded", { refundedMinor: 500, fullyRefunded: true }, ["refunded: bad"]],
  ["refunded in part", { refundedMinor: 100 }, ["fulfilled: good", "partly refunded: open"]],
  ["disputed", { dispute: "open" }, ["dispute open: bad"]],
  ["lost to its buyer's bank", { dispute: "lost" }, ["dispute lost: bad"]],
  ["asked about by its buyer's bank", { dispute: "inquiry" }, ["fulfilled: good", "inquiry: open"]],
  ["won", { dispute: "won" }, ["fulfilled: good", "dispute won: good"]],
  ["of a running subscription", { subscription: "active" }, ["fulfilled: good"]],
  ["of a subscription past due", { subscription: "past_due" }, ["fulfilled: good", "past due: open"]],
  ["of a paused subscription", { subscription: "paused" }, ["paused: bad"]],
  ["of a subscription that is unpaid", { subscription: "unpaid" }, ["unpaid: bad"]],
  ["of a canceled subscription", { subscription: "canceled" }, ["subscription ended: bad"]],
  [
    "refunded, of a canceled subscription",
    { refundedMinor: 500, fullyRefunded: true, subscription: "canceled" },
    ["refunded: bad", "subscription ended: bad"],
  ],
])("E46: an order that is %s is shown as such", ([, mirror, expected]) => {
  expect(badges(mirror)).toEqual(expected);
});

test("E46: what still needs attention is shown beside what happened to the money", () => {
  expect(badges({}, "needs_attention")).toEqual(["needs attention: bad"]);
  expect(badges({ refundedMinor: 500, fullyRefunded: true }, "needs_attention")).toEqual([
    "needs attention: bad",
    "refunded: bad",
  ]);
  expect(badges({}, "awaiting_payment")).toEqual(["awaiting payment: open"]);
  expect(badges({}, "payment_failed")).toEqual(["payment failed: bad"]);
});
