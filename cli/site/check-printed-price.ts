import type Stripe from "stripe";

import { formatMoney, minorDigits } from "../../core/format/money.ts";
import type { PrintedPrice } from "./printed-price.ts";

/** What is wrong with a price that a page shows, as one sentence with what to do; undefined when it is what will be charged. */
export function checkPrintedPrice(
  printed: PrintedPrice,
  name: string,
  price: Stripe.Price,
): string | undefined {
  const currency = (printed.currency ?? price.currency).toLowerCase();
  const charged = chargedIn(price, currency);
  if (charged === undefined) {
    return `the page says ${currency.toUpperCase()}, but Stripe charges ${price.currency.toUpperCase()} for "${name}". Correct the page, or use a price in ${currency.toUpperCase()}.`;
  }
  // The buyer chooses, or the amount depends on the quantity: nothing on the page can be compared.
  if (charged === null) return undefined;

  const said = toMinor(printed.amount, currency);
  if (said === undefined) {
    return `"${printed.amount}" is not an amount in ${currency.toUpperCase()}: write it with a point and without a sign, such as ${decimal(charged, currency)}.`;
  }
  if (said !== charged) {
    return `the page says ${formatMoney(said, currency, "en")}, but Stripe charges ${formatMoney(charged, currency, "en")} for "${name}". Correct the page, or use another price.`;
  }
  const read = printed.words === undefined ? [] : amountsIn(printed.words, currency);
  if (read.length > 0 && !read.includes(said)) {
    return `people read "${printed.words}" here, but the value beside it, and what Stripe charges for "${name}", is ${formatMoney(said, currency, "en")}. Correct the words.`;
  }
  return undefined;
}

/** In minor units; null when the price has no fixed amount, undefined when it cannot be paid in this currency. */
function chargedIn(price: Stripe.Price, currency: string): number | null | undefined {
  if (currency === price.currency) return price.unit_amount;
  return price.currency_options?.[currency]?.unit_amount;
}

/** "32.00" eur is 3200, exactly; undefined for what is no amount, or has more decimals than the currency. */
function toMinor(amount: string, currency: string): number | undefined {
  const digits = minorDigits(currency);
  const [, whole, decimals = ""] = /^(\d{1,12})(?:\.(\d+))?$/.exec(amount) ?? [];
  if (whole === undefined) return undefined;
  const kept = decimals.slice(0, digits).padEnd(digits, "0");
  return /^0*$/.test(decimals.slice(digits)) ? Number(whole + kept) : undefined;
}

function decimal(amountMinor: number, currency: string): string {
  const digits = minorDigits(currency);
  const text = String(amountMinor).padStart(digits + 1, "0");
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/**
 * The one amount that people read, in each way it can be meant: "1.234" is a thousand and more in German, and one and a bit in English.
 * Empty when there are several numbers, or no number: then only people can tell.
 */
function amountsIn(words: string, currency: string): number[] {
  const [number, ...others] = words.match(/\d(?:[\d.,'’\s]*\d)?/g) ?? [];
  if (number === undefined || others.length > 0) return [];
  const compact = number.replaceAll(/['’\s]/g, "");
  const [, whole = "", decimals = ""] = /^(.*)[.,](\d+)$/.exec(compact) ?? [];
  const readings = [compact.replaceAll(/[.,]/g, ""), `${whole.replaceAll(/[.,]/g, "")}.${decimals}`];
  const allowed = decimals.length === 3 || decimals === "" ? readings : readings.slice(1);
  return allowed.map((reading) => toMinor(reading, currency)).filter((amount) => amount !== undefined);
}
