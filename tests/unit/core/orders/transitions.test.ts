import { expect, test } from "vitest";

import { newControl } from "../../../../core/orders/control-record.ts";
import { transitionsBetween } from "../../../../core/orders/transitions.ts";
import type { OrderState } from "../../../../core/orders/order.ts";

const control = (state: OrderState, fullyRefunded = false) => ({
  ...newControl(),
  state,
  mirror: { refundedMinor: 0, fullyRefunded },
});

test.for([
  ["nothing", undefined, control("awaiting_payment"), []],
  ["nothing", undefined, control("payment_failed"), []],
  ["nothing", control("awaiting_payment"), control("awaiting_payment", true), []],
  ["nothing", control("paid"), control("fulfilled"), []],
  ["nothing", control("paid", true), control("fulfilled", true), []],
  ["paid", undefined, control("paid"), ["paid"]],
  ["paid", control("awaiting_payment"), control("paid"), ["paid"]],
  ["paid", control("payment_failed"), control("needs_attention"), ["paid"]],
  ["paid and revoked", undefined, control("paid", true), ["paid", "revoked"]],
  ["paid and revoked", control("awaiting_payment", true), control("paid", true), ["paid", "revoked"]],
  ["revoked", control("fulfilled"), control("fulfilled", true), ["revoked"]],
  ["restored", control("fulfilled", true), control("fulfilled"), ["restored"]],
] as const)("a change makes an order %s: %o to %o", ([, before, after, transitions]) => {
  expect(transitionsBetween(before, after)).toEqual(transitions);
});
