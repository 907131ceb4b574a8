import type Stripe from "stripe";

import type { CheckoutOptions, ShopDefinition } from "../../core/shop-definition/shop-definition.ts";

/** Options that Stripe refuses where Link sells: https://docs.stripe.com/payments/managed-payments */
const REFUSED = ["automaticTax", "shipping"] as const satisfies readonly (keyof CheckoutOptions)[];

/** For products that fit no other tax code. */
const INELIGIBLE = "txcd_99999999";

/** A sentence for each option of shop.config.ts that cannot be used with the Managed Payments it asks for. */
export function managedPaymentsConflicts({ checkout = {}, prices = {} }: ShopDefinition): string[] {
  const places = [
    { place: "checkout", options: checkout },
    ...Object.entries(prices).map(([name, settings]) => ({
      place: `prices[${JSON.stringify(name)}].checkout`,
      options: { ...checkout, ...settings.checkout },
    })),
  ];
  const named = new Set<string>();
  return places.flatMap(({ place, options }) => {
    if (options.managedPayments !== true) return [];
    return REFUSED.filter((option) => options[option] !== undefined && options[option] !== false).flatMap(
      (option) => {
        // An option of the whole shop is reported once, not for every price.
        if (named.has(option) && options[option] === checkout[option]) return [];
        named.add(option);
        const reason =
          option === "shipping" ? "Link sells digital goods only" : "Link adds and pays the tax itself";
        return [
          `${place}: \`${option}\` cannot be used with \`managedPayments\`: ${reason}, and Stripe would refuse the checkout. Set one of the two to false there.`,
        ];
      },
    );
  });
}

/** What is missing at Stripe for a price that Link is to sell. Nothing is known of a product that could not be read. */
export function checkTaxCode(
  name: string,
  { product }: Stripe.Price,
  { managedPayments }: CheckoutOptions,
): string[] {
  if (managedPayments !== true || typeof product === "string" || product.deleted === true) return [];
  const taxCode = typeof product.tax_code === "string" ? product.tax_code : product.tax_code?.id;
  if (taxCode === undefined) {
    return [
      `the product of "${name}" has no tax code, which Stripe demands for \`managedPayments\`. Give it one of digital goods in the Stripe dashboard, or set \`checkout: { managedPayments: false }\` for this price in shop.config.ts.`,
    ];
  }
  if (taxCode !== INELIGIBLE) return [];
  return [
    `the product of "${name}" has the tax code ${taxCode}, which Stripe does not take for \`managedPayments\`. Give it one of digital goods in the Stripe dashboard, or set \`checkout: { managedPayments: false }\` for this price in shop.config.ts.`,
  ];
}
