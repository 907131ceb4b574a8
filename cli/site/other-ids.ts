/** What else Stripe's dashboard offers to copy, by the beginning of its id. */
const OTHER_IDS: Readonly<Record<string, string>> = {
  prod_: "a product's id",
  plink_: "a payment link's id",
  buy_btn_: "a buy button's id",
  sku_: "an SKU's id, which Stripe no longer sells by",
};

/**
 * A sentence about a name that no price has, when it is the id of something else at Stripe; undefined when it is not. Ask Stripe
 * first: a lookup key may begin like that, too.
 * @param products Where the dashboard lists products in this mode.
 */
export function otherIdProblem(name: string, products: string): string | undefined {
  const prefix = Object.keys(OTHER_IDS).find((candidate) => name.startsWith(candidate));
  if (prefix === undefined) return undefined;
  const page = prefix === "prod_" ? `${products}/${name}` : products;
  return `"${name}" is ${OTHER_IDS[prefix]}, and a button needs a price's. Open ${prefix === "prod_" ? "" : "the product at "}${page}: in its list of prices, "…" copies the price's id (price_…).`;
}
