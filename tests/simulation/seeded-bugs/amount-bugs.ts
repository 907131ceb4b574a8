import { bugsIn, type SeededBug } from "./seeded-bug.ts";

/** How amounts are written for people. */
export const AMOUNT_BUGS: readonly SeededBug[] = bugsIn(
  "core/format/money.ts",
  [
    {
      name: "yen-has-cents",
      what: "An amount in yen is a hundredth of what it is.",
      find: "gnf jpy kmf",
      replace: "gnf kmf",
    },
    {
      name: "iceland-has-no-cents",
      what: "An amount in Icelandic kronur is a hundred times what it is, because nobody writes its hundredths.",
      find: "gnf jpy kmf",
      replace: "gnf isk jpy kmf",
    },
    {
      name: "dinar-has-cents",
      what: "An amount in Kuwaiti dinar is ten times what it is.",
      find: '"bhd jod kwd omr tnd"',
      replace: '"bhd jod omr tnd"',
    },
    {
      name: "currency-in-capitals",
      what: "A currency in capitals is unknown.",
      find: "minorDigits(currency.toLowerCase())",
      replace: "minorDigits(currency)",
    },
    {
      name: "hundredths-rounded-away",
      what: "A currency that is mostly written without decimals loses them.",
      find: "Number.isInteger(amount) ? undefined : digits",
      replace: "Number.isNaN(amount) ? digits : undefined",
    },
    {
      name: "one-format-per-currency",
      what: "Every amount is written in the language of the first one.",
      find: "const name = `${locale} ${currency} ${minimumFractionDigits}`;",
      replace: "const name = `${currency} ${minimumFractionDigits}`;",
    },
    {
      name: "one-format-per-language",
      what: "Every amount is written in the currency of the first one.",
      find: "const name = `${locale} ${currency} ${minimumFractionDigits}`;",
      replace: "const name = `${locale} ${minimumFractionDigits}`;",
    },
    {
      name: "one-format-for-all-digits",
      what: "The previous amount decides whether this one is written as a whole number.",
      find: "const name = `${locale} ${currency} ${minimumFractionDigits}`;",
      replace: "const name = `${locale} ${currency}`;",
    },
  ],
  { caughtBy: ["tests/unit/core/format/money.test.ts"] },
);
