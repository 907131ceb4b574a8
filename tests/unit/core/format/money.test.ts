import { expect, test } from "vitest";

import { formatMoney } from "../../../../core/format/money.ts";

test.for([
  [3200, "eur", "en", "€32.00"],
  [3250, "eur", "de", "32,50 €"],
  [500, "jpy", "en", "¥500"],
  [123_450, "isk", "en", "ISK 1,234.50"],
  [123_400, "isk", "en", "ISK 1,234"],
  [150_000, "ugx", "en", "UGX 1,500"],
  [12_345, "kwd", "en", "KWD 12.345"],
  [10_000, "bhd", "en", "BHD 10.000"],
  [-700, "usd", "en", "-$7.00"],
  [0, "usd", "en", "$0.00"],
] as const)("B15: %i minor units of %s are written in %s as %s", ([amount, currency, locale, written]) => {
  expect(formatMoney(amount, currency, locale).replaceAll(/\s/g, " ")).toBe(written);
});

test("B15: a currency in capitals has the same decimals", () => {
  expect(formatMoney(500, "JPY", "en")).toBe("¥500");
  expect(formatMoney(12_345, "KWD", "en").replaceAll(/\s/g, " ")).toBe("KWD 12.345");
});

test("B15: an amount follows its own language, currency and decimals, whatever was written before", () => {
  const written = [
    formatMoney(100, "eur", "en"),
    formatMoney(100, "eur", "de"),
    formatMoney(100, "gbp", "en"),
    formatMoney(12_300, "isk", "en"),
    formatMoney(12_350, "isk", "en"),
    formatMoney(12_300, "isk", "en"),
  ];
  expect(written.map((text) => text.replaceAll(/\s/g, " "))).toEqual([
    "€1.00",
    "1,00 €",
    "£1.00",
    "ISK 123",
    "ISK 123.50",
    "ISK 123",
  ]);
});
