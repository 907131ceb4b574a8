import { expect, test } from "vitest";

import { refuseQuantity } from "../../../../core/checkout/quantity.ts";

test("B13: accepts as many as an order may hold, and refuses one more", () => {
  expect(() => refuseQuantity(99, {})).not.toThrow();
  expect(() => refuseQuantity(100, {})).toThrow("Please choose a whole number from 1 to 99.");
  expect(() => refuseQuantity(1, { maxQuantity: 1 })).not.toThrow();
  expect(() => refuseQuantity(2, { maxQuantity: 1 })).toThrow("You can only order one of these.");
});
