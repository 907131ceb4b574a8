/** Stripe's currencies that differ from two decimals: https://docs.stripe.com/currencies#zero-decimal */
const zeroDecimal = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" ");
const threeDecimal = "bhd jod kwd omr tnd".split(" ");

/** "€32.00" for 3200 and "eur", "¥500" for 500 and "jpy". */
export function formatAmount(amountMinor: number, currency: string): string {
  const digits = decimals(currency);
  return new Intl.NumberFormat("en", {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(amountMinor / 10 ** digits);
}

function decimals(currency: string): number {
  if (zeroDecimal.includes(currency)) return 0;
  return threeDecimal.includes(currency) ? 3 : 2;
}
