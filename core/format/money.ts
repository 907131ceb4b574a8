/**
 * How many decimals Stripe's integer amounts have: two, with these exceptions. https://docs.stripe.com/currencies, November 2026.
 * The digits of `Intl` say how a currency is written, which is something else: Stripe counts hundredths of ISK and UGX too, although
 * nobody writes them.
 */
const ZERO_DECIMAL = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" ");
const THREE_DECIMAL = "bhd jod kwd omr tnd".split(" ");

/** Minor units to text for people: 3200 eur is €32.00, 500 jpy is ¥500. */
export function formatMoney(amountMinor: number, currency: string, locale: string): string {
  const digits = minorDigits(currency.toLowerCase());
  const amount = amountMinor / 10 ** digits;
  // A currency that is usually written without decimals must not round a real amount away.
  return formatOf(locale, currency, Number.isInteger(amount) ? undefined : digits).format(amount);
}

/** Making one takes longer than the whole rest of a mail. */
const formats = new Map<string, Intl.NumberFormat>();

function formatOf(
  locale: string,
  currency: string,
  minimumFractionDigits: number | undefined,
): Intl.NumberFormat {
  const name = `${locale} ${currency} ${minimumFractionDigits}`;
  const known = formats.get(name);
  if (known !== undefined) return known;
  const made = new Intl.NumberFormat(locale, { style: "currency", currency, minimumFractionDigits });
  formats.set(name, made);
  return made;
}

/** How many digits of a minor amount are decimals. `currency` in lower case. */
export function minorDigits(currency: string): number {
  if (ZERO_DECIMAL.includes(currency)) return 0;
  return THREE_DECIMAL.includes(currency) ? 3 : 2;
}
