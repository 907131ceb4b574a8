import { expect, test } from "vitest";

import { formatMoney } from "../../../js/money.ts";

/** Intl puts a no-break space between a code and a number. */
const format = (amountMinor: number, currency: string, locale = "en") =>
  formatMoney(amountMinor, currency, locale).replaceAll("\u00A0", " ");

test("writes two decimals, none for yen and three for Kuwaiti dinars", () => {
  expect(format(3200, "eur")).toBe("€32.00");
  expect(format(3200, "jpy")).toBe("¥3,200");
  expect(format(32_125, "kwd")).toBe("KWD 32.125");
});

test("writes amounts in the page's language", () => {
  expect(format(123_456, "eur", "de")).toBe("1.234,56 €");
});

test("counts Icelandic krónur and Ugandan shillings in hundredths, as Stripe does", () => {
  expect(format(50_000, "isk")).toBe("ISK 500");
  expect(format(50_000, "ugx")).toBe("UGX 500");
});

test("does not round away decimals that a currency usually does not have", () => {
  expect(format(105_050, "all")).toBe("ALL 1,050.50");
});
