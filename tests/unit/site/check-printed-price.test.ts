import type Stripe from "stripe";
import { expect, test } from "vitest";

import { checkPrintedPrice } from "../../../cli/site/check-printed-price.ts";

function judge(
  printed: { amount: string; currency?: string; words?: string },
  price: { unit_amount: number | null; currency: string; currency_options?: object },
): string | undefined {
  const { currency, words } = printed;
  return checkPrintedPrice(
    { amount: printed.amount, currency, words, line: 1 },
    "poster",
    price as Stripe.Price,
  );
}

test.for<[string, number, string]>([
  ["32.00", 3200, "eur"],
  ["32", 3200, "eur"],
  ["32.5", 3250, "eur"],
  ["0.10", 10, "usd"],
  ["1234567.89", 123_456_789, "usd"],
  ["500", 500, "jpy"],
  ["500.00", 500, "jpy"],
  ["1.234", 1234, "kwd"],
  ["1.5", 1500, "kwd"],
  ["1500", 150_000, "isk"],
])("B15: %s is what Stripe calls %i %s", ([amount, unit_amount, currency]) => {
  expect(judge({ amount, currency: currency.toUpperCase() }, { unit_amount, currency })).toBeUndefined();
});

test.for<[string, number, string, string]>([
  ["29.00", 3100, "eur", 'the page says €29.00, but Stripe charges €31.00 for "poster"'],
  [
    "32.001",
    3200,
    "eur",
    '"32.001" is not an amount in EUR: write it with a point and without a sign, such as 32.00.',
  ],
  ["32,00", 3200, "eur", "is not an amount in EUR"],
  ["€32", 3200, "eur", "is not an amount in EUR"],
  ["", 3200, "eur", "is not an amount in EUR"],
  ["5.00", 500, "jpy", "the page says ¥5, but Stripe charges ¥500"],
  ["1.234", 123_400, "kwd", "but Stripe charges KWD"],
])(
  "B15: %s is not what Stripe calls %i %s, and the sentence says so",
  ([amount, unit_amount, currency, sentence]) => {
    expect(judge({ amount }, { unit_amount, currency })).toContain(sentence);
  },
);

test("a price in another currency counts only if Stripe charges it", () => {
  const price = { unit_amount: 3200, currency: "eur", currency_options: { usd: { unit_amount: 3500 } } };
  expect(judge({ amount: "35.00", currency: "USD" }, price)).toBeUndefined();
  expect(judge({ amount: "32.00", currency: "USD" }, price)).toContain("Stripe charges $35.00");
  expect(judge({ amount: "30.00", currency: "GBP" }, price)).toContain("Stripe charges EUR");
});

test("a price without a fixed amount cannot be compared", () => {
  expect(judge({ amount: "5.00" }, { unit_amount: null, currency: "eur" })).toBeUndefined();
});

test.for(["€32", "32 €", "32,00 EUR", "€32.00", "only 32", "€32 a month", "the price", "2 for €32"])(
  "the words %j agree with 32.00, or cannot be told to disagree",
  (words) => {
    expect(judge({ amount: "32.00", words }, { unit_amount: 3200, currency: "eur" })).toBeUndefined();
  },
);

test.for(["€35", "3200", "€32.50", "320,00 €"])(
  "the words %j are not 32.00, and buyers read the words",
  (words) => {
    const sentence = judge({ amount: "32.00", words }, { unit_amount: 3200, currency: "eur" });
    expect(sentence).toContain(`people read "${words}"`);
  },
);

test.for(["€1,234.50", "1.234,50 €", "1 234,50 €", "CHF 1'234.50"])("the words %j are 1234.50", (words) => {
  expect(judge({ amount: "1234.50", words }, { unit_amount: 123_450, currency: "eur" })).toBeUndefined();
});

test.for(["€1,234", "1.234 €", "1234"])("the words %j are 1234.00", (words) => {
  expect(judge({ amount: "1234", words }, { unit_amount: 123_400, currency: "eur" })).toBeUndefined();
});
