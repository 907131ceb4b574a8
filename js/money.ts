/**
 * Decimals of Stripe's integer amounts (https://docs.stripe.com/currencies, November 2026). Two, with these exceptions.
 * Intl's own digits cannot be used to read an amount: they say how a currency is written, and disagree with Stripe for
 * 18 currencies (Chrome 147 writes ALL, RSD, LBP and ISK without decimals, Stripe counts their hundredths).
 * ISK and UGX are written without decimals and nevertheless counted in hundredths.
 */
const zeroDecimal = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" ");
const threeDecimal = "bhd jod kwd omr tnd".split(" ");

function minorDigits(currency: string): number {
  if (zeroDecimal.includes(currency)) return 0;
  return threeDecimal.includes(currency) ? 3 : 2;
}

/** "€32.00" from 3200 and "eur", in the given language. */
export function formatMoney(amountMinor: number, currency: string, locale: string): string {
  const digits = minorDigits(currency.toLowerCase());
  const amount = amountMinor / 10 ** digits;
  // Never round a real amount away because the currency is usually written without decimals.
  const exact = Number.isInteger(amount) ? {} : { minimumFractionDigits: digits };
  return new Intl.NumberFormat(locale, { style: "currency", currency, ...exact }).format(amount);
}

/** The language that the page's own words are in. */
export function pageLocale(): string {
  return document.documentElement.lang || navigator.language;
}
