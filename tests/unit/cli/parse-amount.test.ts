import { expect, test } from "vitest";

import { parseAmount } from "../../../cli/dev/panel/parse-amount.ts";

test.for([
  ["12.50", "eur", 1250],
  [" 12,5 ", "eur", 1250],
  ["12", "eur", 1200],
  ["500", "jpy", 500],
  ["1.234", "kwd", 1234],
  ["0.29", "usd", 29],
] as const)("B15: %j %s is %i", ([text, currency, amountMinor]) => {
  expect(parseAmount(text, currency)).toBe(amountMinor);
});

test.for([
  ["12.505", "eur"],
  ["5.5", "jpy"],
  ["-1", "eur"],
  ["1e3", "eur"],
  ["1.000,00", "eur"],
  ["", "eur"],
  ["all", "eur"],
] as const)("B15: %j is not an amount in %s", ([text, currency]) => {
  expect(parseAmount(text, currency)).toBeUndefined();
});
