import { siteOf } from "../support/test-site.ts";
import type { Site } from "../../core/shop-definition/site.ts";
import type { ShopDefinition } from "../../core/shop-definition/shop-definition.ts";
import catalog from "../../simulator/catalog.json" with { type: "json" };
import { parseCatalog } from "../../simulator/catalog.ts";
import type { OrderPlan } from "./plan.ts";

/** What the account sells: this shop's products, the prices that their lookup keys move on to, and the products of a second shop. */
export const CATALOG = parseCatalog({
  ...catalog,
  products: [
    ...catalog.products,
    { name: "Sample page", prices: [{ id: "price_sample", amountMinor: 0, currency: "eur" }] },
    {
      name: "What comes next",
      prices: [
        { id: "price_next_app", amountMinor: 9900, currency: "eur" },
        { id: "price_next_ebook", amountMinor: 9900, currency: "eur" },
        { id: "price_next_seat", amountMinor: 9900, currency: "eur" },
      ],
    },
    { name: "Another shop's", prices: [{ id: "price_others", amountMinor: 5000, currency: "eur" }] },
  ],
});
const NOT_SOLD_HERE = ["What comes next", "Another shop's"];

/** The address of a second shop, which has no name, and this shop's former address. */
export const OTHER_ADDRESS = "https://other.example";
export const FORMER_ADDRESS = "https://former.example";

/** Lookup keys that move on, each with the price it names afterwards. */
export const NEXT_PRICES = {
  app_license: "price_next_app",
  ebook_tides: "price_next_ebook",
  print_deposit: "price_next_seat",
} as const;

export const PRICES: Readonly<Record<OrderPlan["kind"], string>> = {
  card: "price_app_license",
  declined_first: "price_poster_a2",
  delayed_paid: "price_print_deposit",
  delayed_failed: "price_print_deposit",
  free: "price_sample",
  subscription: "price_almanac_monthly",
  abandoned: "price_app_license",
  not_ours: "price_poster_a2",
};

/** Boxes are shipped; promotion codes and taxes change their price. */
const CHECKOUT = {
  promotionCodes: true,
  automaticTax: true,
  shipping: {
    countries: ["DE", "FR"],
    rates: [
      { name: "Letter post", amountMinor: 490, currency: "eur" },
      { name: "At the studio", amountMinor: 0, currency: "eur" },
    ],
  },
} as const;

/** License keys per unit, and files. A price that is not listed brings neither. */
const BROUGHT: Readonly<Record<string, { keys: number; files: number }>> = {
  price_app_license: { keys: 1, files: 1 },
  price_print_deposit: { keys: 1, files: 1 },
  price_almanac_monthly: { keys: 1, files: 1 },
  price_ebook_tides: { keys: 0, files: 1 },
};

/** 32 bytes of no secret. */
export const LICENSE_PRIVATE_KEY = `lsk1_20260101_${Buffer.alloc(32, "simulated").toString("base64url")}`;

export function simulatedSite(code: Pick<ShopDefinition, "onPaid" | "onRevoked" | "onRestored">): Site {
  const file = { kind: "file", name: "The handbook", file: "private/the-tide-reader.epub" } as const;
  const deliver = [{ kind: "license", product: "ebb" }, file] as const;
  const prices = {
    // Under lookup keys, because the pages use those too.
    app_license: { deliver },
    print_deposit: { deliver },
    ebook_tides: { deliver: [file] },
    // Stripe ships nothing for a subscription price, and a free product is shipped for free.
    [PRICES.subscription]: { deliver, checkout: { ...CHECKOUT, shipping: false } },
    [PRICES.free]: { checkout: { ...CHECKOUT, shipping: { countries: ["DE"] } } },
  } as const;
  const sold = CATALOG.products.filter(({ name }) => !NOT_SOLD_HERE.includes(name));
  return siteOf({ ...code, prices, checkout: CHECKOUT }, sold);
}

/** How many license keys, and how many files, the lines of an order bring: a key per unit, and a file per line. */
export function handedOverFor(lines: readonly { price: { id: string } | null; quantity: number | null }[]): {
  keys: number;
  files: number;
} {
  const brought = lines.map(({ price, quantity }) => {
    const { keys, files } = BROUGHT[price?.id ?? ""] ?? { keys: 0, files: 0 };
    return { keys: keys * (quantity ?? 1), files };
  });
  const sum = (of: "keys" | "files"): number => brought.reduce((total, one) => total + one[of], 0);
  return { keys: sum("keys"), files: sum("files") };
}
